import type { ChangeGrouping, ChangeRow, ChangeSort, SnapshotFile } from '../heap/questions.ts';
import { el } from './dom.ts';
import type { Child } from './dom.ts';
import { bytes, count, dateAndClock, signed } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { pagedTable } from './paged-table.ts';
import type { TableColumn } from './paged-table.ts';
import { heapAddress } from './route.ts';
import { growthLine } from './sparkline.ts';

/** Grouping -> its name on the page, the heading of its first column, and what its bytes are. */
const GROUPINGS: Readonly<Record<ChangeGrouping, readonly [name: string, column: string, bytes: string]>> = {
  shape: ['Shape', 'Class, or properties of plain objects', 'Own size'],
  class: ['Class', 'Class', 'Own size'],
  path: ['Path', 'What, and where it is held', 'Own size'],
  owner: ['Owner', 'Owner, and who owns it', 'Keeps alive'],
};

/** What is new or gone between two snapshots of one process, by class, shape, path or owner. */
export async function changesScreen(view: HeapView): Promise<HTMLElement> {
  const { heap, file, place, snapshots } = view;
  const by = groupingOf(place.by);
  const comparable = snapshots.filter((other) => processOf(other.file) === processOf(file));
  const from = choose('From', comparable, place.from || (comparable[0]?.file ?? ''));
  const to = choose('To', comparable, place.to || (comparable.at(-1)?.file ?? ''));
  const onlyGrowing = el('input', { type: 'checkbox', checked: comparable.length > 2 });
  const search = el('input', { type: 'search', placeholder: 'Name contains', 'aria-label': 'Name contains' });
  const note = el('p', { class: 'note' });
  const span = { from: 0, to: comparable.length - 1 };
  const table = pagedTable<ChangeRow>({
    label: 'What changed',
    sort: 'bytes',
    columns: columnsFor(comparable.at(-1)?.file ?? file, by, span),
    load: async ({ sort, ...page }) => {
      const answer = await heap.ask('changes', file, {
        ...page,
        by,
        from: from.value,
        to: to.value,
        search: search.value,
        sort: sort as ChangeSort,
        onlyGrowing: onlyGrowing.checked,
      });
      Object.assign(span, { from: answer.from, to: answer.to });
      note.textContent = whatIsCompared(comparable, by);
      return answer;
    },
  });
  const again = () =>
    location.assign(heapAddress('changes', { ...place, file, from: from.value, to: to.value }));
  for (const select of [from, to]) select.addEventListener('change', again);
  search.addEventListener('input', () => void table.reload());
  onlyGrowing.addEventListener('change', () => void table.reload());
  await table.reload();
  return el(
    'div',
    {},
    groupingTabs(view, by),
    el(
      'div',
      { class: 'search' },
      el('label', {}, 'From ', from),
      el('label', {}, 'To ', to),
      search,
      el('label', {}, onlyGrowing, ' Only what grew every time'),
    ),
    el('div', { class: 'panel' }, note, table.element),
  );
}

function groupingOf(name: string): ChangeGrouping {
  return (Object.keys(GROUPINGS) as ChangeGrouping[]).find((known) => known === name) ?? 'shape';
}

/** Snapshots of other processes are not compared; see the server. */
function processOf(file: string): string {
  return /^\d+-\d+(?=-)/.exec(file)?.[0] ?? '';
}

function choose(label: string, snapshots: readonly SnapshotFile[], chosen: string): HTMLSelectElement {
  return el(
    'select',
    { 'aria-label': `${label} snapshot` },
    ...snapshots.map(({ file, takenAt, fileBytes }, i) =>
      el(
        'option',
        { value: file, selected: file === chosen },
        `${i + 1} · ${dateAndClock(takenAt)} · ${bytes(fileBytes)}`,
      ),
    ),
  );
}

function groupingTabs({ place, file }: HeapView, chosen: ChangeGrouping): HTMLElement {
  const links = Object.entries(GROUPINGS).map(([by, [name]]) =>
    el(
      'a',
      { href: heapAddress('changes', { ...place, file, by }), 'aria-current': by === chosen ? 'page' : null },
      name,
    ),
  );
  return el('nav', { class: 'tabs', 'aria-label': 'Put together by' }, ...links);
}

/** @param file the last one, in which the rows' objects are */
function columnsFor(
  file: string,
  by: ChangeGrouping,
  span: { readonly from: number; readonly to: number },
): TableColumn<ChangeRow>[] {
  const [, title, bytesTitle] = GROUPINGS[by];
  const step = (values: readonly number[]) => values[span.to] - values[span.from];
  return [
    { title, sort: 'name', cell: (row) => nameCell(row, by, file) },
    {
      title: 'Objects per snapshot',
      isAside: true,
      cell: ({ objectCounts }) => objectCounts.map(count).join(' → '),
    },
    {
      title: 'Objects',
      sort: 'objects',
      isNumber: true,
      cell: (row) => signed(step(row.objectCounts), count),
    },
    {
      title: 'Came',
      sort: 'came',
      isNumber: true,
      isAside: true,
      cell: ({ came }) => (came === null ? '–' : count(came)),
    },
    {
      title: 'Went',
      sort: 'went',
      isNumber: true,
      isAside: true,
      cell: ({ went }) => (went === null ? '–' : count(went)),
    },
    { title: bytesTitle, sort: 'bytes', isNumber: true, cell: (row) => signed(step(row.bytes), bytes) },
    { title: '', cell: (row) => growthLine(row.bytes, `Bytes of ${row.name} per snapshot`) },
  ];
}

function nameCell({ key, name, where, sample }: ChangeRow, by: ChangeGrouping, file: string): Child {
  const address =
    by === 'shape' || (by === 'class' && key !== 'Object') // which is plain objects of every shape
      ? heapAddress('objects', { file, classKey: key })
      : sample === null
        ? null
        : heapAddress('object', { file, node: sample });
  return el(
    'span',
    { class: 'object-name' },
    address === null ? name : el('a', { href: address }, name),
    where !== null && where !== '' && el('small', { class: 'path' }, where),
  );
}

function whatIsCompared(snapshots: readonly SnapshotFile[], by: ChangeGrouping): string {
  if (snapshots.length < 2) return 'There is one snapshot only; it takes two to see what changed.';
  const owners =
    ' An owner’s size holds that of all it owns: sizes of owners within each other are not to be added.';
  return `${snapshots.length} snapshots of one process.${by === 'owner' ? owners : ''}`;
}
