import type { ChangeRow, ChangeSort } from '../heap/questions.ts';
import { el } from './dom.ts';
import { bytes, count, signed } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { pagedTable } from './paged-table.ts';
import type { TableColumn } from './paged-table.ts';
import { heapAddress } from './route.ts';
import { growthLine } from './sparkline.ts';

/** How many objects of each class there were in each snapshot. */
export async function changesScreen({ heap, file }: HeapView): Promise<HTMLElement> {
  const onlyGrowing = el('input', { type: 'checkbox', checked: true });
  const search = el('input', {
    type: 'search',
    placeholder: 'Class',
    'aria-label': 'Classes whose name contains',
  });
  const note = el('p', { class: 'note' });
  const table = pagedTable<ChangeRow>({
    label: 'Classes that changed',
    sort: 'bytes',
    columns: columnsFor(file),
    load: async ({ sort, ...page }) => {
      const parameters = { search: search.value, sort: sort as ChangeSort, onlyGrowing: onlyGrowing.checked };
      const answer = await heap.ask('changes', file, { ...page, ...parameters });
      note.textContent = whatIsCompared(answer.files.length);
      return answer;
    },
  });
  search.addEventListener('input', () => void table.reload());
  onlyGrowing.addEventListener('change', () => void table.reload());
  await table.reload();
  return el(
    'div',
    {},
    el('div', { class: 'search' }, search, el('label', {}, onlyGrowing, ' Only what grew every time')),
    el('div', { class: 'panel' }, note, table.element),
  );
}

function columnsFor(file: string): TableColumn<ChangeRow>[] {
  return [
    {
      title: 'Class',
      sort: 'name',
      cell: ({ key, name }) => el('a', { href: heapAddress('objects', { file, classKey: key }) }, name),
    },
    { title: 'Objects per snapshot', cell: ({ objectCounts }) => objectCounts.map(count).join(' → ') },
    {
      title: 'Objects',
      sort: 'objects',
      isNumber: true,
      cell: (row) => signed(step(row.objectCounts), count),
    },
    {
      title: 'Own size',
      sort: 'bytes',
      isNumber: true,
      cell: (row) => signed(step(row.shallowBytes), bytes),
    },
    {
      title: '',
      cell: ({ shallowBytes, name }) => growthLine(shallowBytes, `Bytes of ${name} per snapshot`),
    },
  ];
}

function step(values: readonly number[]): number {
  return values.at(-1)! - values[0];
}

function whatIsCompared(snapshots: number): string {
  if (snapshots < 2) return 'There is one snapshot only; it takes two to see what changed.';
  return `From the first of ${snapshots} snapshots to the last.`;
}
