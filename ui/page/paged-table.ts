import type { Page } from '../heap/questions.ts';
import { button, el } from './dom.ts';
import type { Child } from './dom.ts';
import { count } from './format.ts';

const ROWS_PER_PAGE = 50;

export interface TableColumn<Row> {
  readonly title: string;
  /** By what the server sorts; a column without it cannot be sorted by. */
  readonly sort?: string;
  readonly isNumber?: boolean;
  /** Left out where there is little room. */
  readonly isAside?: boolean;
  readonly cell: (row: Row) => Child;
}

export interface TableRequest {
  readonly offset: number;
  readonly limit: number;
  readonly sort: string;
  readonly ascending: boolean;
}

export interface TableSpec<Row> {
  readonly label: string;
  readonly sort: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly load: (request: TableRequest) => Promise<Page<Row>>;
}

/** A table of which only the shown rows are here; the rest stays with the server. */
export function pagedTable<Row>(spec: TableSpec<Row>) {
  let offset = 0;
  let { sort } = spec;
  let ascending = false;
  const body = el('tbody');
  const told = el('span', { role: 'status' });
  const earlier = button('Earlier', { class: 'quiet' }, () => go(offset - ROWS_PER_PAGE));
  const later = button('More', { class: 'quiet' }, () => go(offset + ROWS_PER_PAGE));
  const headings = spec.columns.map((column) => heading(column));
  const element = el(
    'div',
    { class: 'paged' },
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': spec.label },
      el('table', {}, el('thead', {}, el('tr', {}, ...headings)), body),
    ),
    el('p', { class: 'pager' }, told, earlier, later),
  );

  function heading(column: TableColumn<Row>): HTMLElement {
    const { title, sort: by } = column;
    const attributes = { scope: 'col', class: classOf(column) };
    if (by === undefined) return el('th', attributes, title);
    const cell = el(
      'th',
      attributes,
      button(title, { class: 'sort' }, () => {
        ascending = sort === by ? !ascending : by === 'name';
        sort = by;
        void go(0);
      }),
    );
    cell.dataset.sort = by;
    return cell;
  }

  async function go(to: number): Promise<void> {
    offset = Math.max(0, to);
    const { total, rows } = await spec.load({ offset, limit: ROWS_PER_PAGE, sort, ascending });
    body.replaceChildren(
      ...rows.map((row) => el('tr', {}, ...spec.columns.map((column) => cellOf(column, row)))),
    );
    told.textContent =
      total === 0 ? 'None' : `${count(offset + 1)} to ${count(offset + rows.length)} of ${count(total)}`;
    earlier.hidden = offset === 0;
    later.hidden = offset + rows.length >= total;
    for (const cell of headings) {
      if (cell.dataset.sort === undefined) continue;
      const direction = ascending ? 'ascending' : 'descending';
      cell.setAttribute('aria-sort', cell.dataset.sort === sort ? direction : 'none');
    }
  }

  return { element, reload: () => go(0) };
}

function cellOf<Row>(column: TableColumn<Row>, row: Row): HTMLElement {
  return el('td', { class: classOf(column) }, column.cell(row));
}

function classOf<Row>({ isNumber, isAside }: TableColumn<Row>): string | null {
  return [isNumber && 'number', isAside && 'aside'].filter(Boolean).join(' ') || null;
}
