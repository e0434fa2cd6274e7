import type { ClassRow, ClassSort, ObjectRow } from '../heap/questions.ts';
import { el } from './dom.ts';
import { bytes, count } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { objectColumns } from './object-columns.ts';
import { pagedTable } from './paged-table.ts';
import type { TableColumn } from './paged-table.ts';
import { heapAddress } from './route.ts';

/** The classes of a snapshot, the instances of one of them, or what a search finds. */
export async function objectsScreen(view: HeapView): Promise<HTMLElement> {
  const { place } = view;
  const [title, table] = place.search
    ? ([`Found for “${place.search}”`, searchTable(view)] as const)
    : place.classKey
      ? ([`Instances of ${nameOf(place.classKey)}`, instanceTable(view)] as const)
      : (['Classes', classTable(view)] as const);
  await table.reload();
  return el('div', {}, searchForm(view), el('div', { class: 'panel' }, el('h2', {}, title), table.element));
}

function searchForm({ file, place }: HeapView): HTMLElement {
  const input = el('input', {
    type: 'search',
    value: place.search,
    placeholder: 'Class, string or @id',
    'aria-label': 'Search objects by class, string or @id',
  });
  const form = el(
    'form',
    { class: 'search', role: 'search' },
    input,
    el('button', { class: 'quiet' }, 'Search'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.hash = heapAddress('objects', { file, search: input.value.trim() });
  });
  return form;
}

function classTable({ heap, file }: HeapView) {
  const columns: TableColumn<ClassRow>[] = [
    {
      title: 'Class',
      sort: 'name',
      cell: ({ key, name }) => el('a', { href: heapAddress('objects', { file, classKey: key }) }, name),
    },
    { title: 'Objects', sort: 'objectCount', isNumber: true, cell: (row) => count(row.objectCount) },
    { title: 'Own size', sort: 'shallowBytes', isNumber: true, cell: (row) => bytes(row.shallowBytes) },
    { title: 'Keeps alive', sort: 'retainedBytes', isNumber: true, cell: (row) => bytes(row.retainedBytes) },
  ];
  return pagedTable({
    label: 'Classes',
    sort: 'retainedBytes',
    columns,
    load: (request) => heap.ask('classes', file, { ...request, sort: request.sort as ClassSort, search: '' }),
  });
}

function instanceTable({ heap, file, place }: HeapView) {
  return pagedTable<ObjectRow>({
    label: 'Instances',
    sort: '',
    columns: objectColumns(file),
    load: ({ offset, limit }) => heap.ask('instances', file, { offset, limit, key: place.classKey }),
  });
}

function searchTable({ heap, file, place }: HeapView) {
  return pagedTable<ObjectRow>({
    label: 'Objects found',
    sort: '',
    columns: objectColumns(file),
    load: ({ offset, limit }) => heap.ask('search', file, { offset, limit, text: place.search }),
  });
}

/** Of a class's key, which is its place in the code and its name, the name. */
function nameOf(key: string): string {
  return key.replace(/^(?:(?:\d+,){2,3}|,)/, '');
}
