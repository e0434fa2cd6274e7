/** Which part of a list is wanted. */
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

/** A part of a list; `total` is the length of the whole. */
export interface Page<Row> {
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly Row[];
}

/** One page of a list, only whose own rows are made. */
export function pageOf<Item, Row>(
  items: { readonly length: number; slice(start: number, end: number): Iterable<Item> },
  { offset, limit }: Paging,
  row: (item: Item) => Row,
): Page<Row> {
  return { total: items.length, offset, rows: Array.from(items.slice(offset, offset + limit), row) };
}
