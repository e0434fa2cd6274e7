import { printable } from '../../analyzer/render/wrap.ts';
import type { Output } from './terminal.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Numbers stand to the right; texts, the default, to the left. */
  readonly align?: 'right';
  /** Cut first when the table is wider than the terminal; several share what is left. */
  readonly flexible?: boolean;
}

const GAP = '  ';
const MIN_FLEXIBLE = 12;

/**
 * Lines of a table with a heading. In a terminal it is no wider than that; in a pipe nothing is cut, and there is no colour.
 * Control characters in names are replaced, since names come out of the heap.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { colors, width, isTerminal }: Pick<Output, 'colors' | 'width' | 'isTerminal'>,
): string[] {
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const natural = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at].length)),
  );
  const widths = isTerminal ? fitted(columns, natural, width) : natural;
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => aligned(shortened(text, widths[at]), widths[at], columns[at].align))
      .join(GAP)
      .trimEnd();
  return [colors.dim(line(columns.map(({ title }) => title))), ...cells.map(line)];
}

function fitted<Row>(columns: readonly Column<Row>[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, value) => sum + value, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const widest = columns.reduce(
      (best, { flexible }, at) => (flexible && (best === -1 || widths[at] > widths[best]) ? at : best),
      -1,
    );
    if (widest === -1 || widths[widest] <= MIN_FLEXIBLE) break;
    widths[widest]--;
  }
  return widths;
}

const shortened = (text: string, width: number) =>
  text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;

function aligned(text: string, width: number, align: 'right' | undefined): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}
