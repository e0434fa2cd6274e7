import type { Page } from '../../analyzer/explore/paging.ts';
import type { SourceLocation } from '../../analyzer/report.ts';
import { locationText } from '../../analyzer/render/trace.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import type { Output } from '../terminal/terminal.ts';

/** `+1,234`, `-12`, `0`. */
export const changeText = (change: number) => `${change > 0 ? '+' : ''}${numberText(change)}`;

/** `+1.2 MB`, `-12 kB`. */
export const changeBytesText = (change: number) => `${change > 0 ? '+' : ''}${bytesText(change)}`;

/** `src/app.js:12:3`, or nothing. */
export const placeText = (location: SourceLocation | null) =>
  location === null ? '' : locationText(location);

/** A function by its name. */
export const functionText = ({ functionName }: { readonly functionName: string }) =>
  functionName === '' ? '(anonymous)' : functionName;

/** What of a list is not shown, and how to see it; nothing when all is. */
export function restLines({ total, offset, rows }: Page<unknown>, { colors }: Output): string[] {
  const rest = total - offset - rows.length;
  return rest <= 0
    ? []
    : [
        colors.dim(
          `… ${numberText(rest)} more; --limit ${rows.length * 2 || 20} or --offset ${offset + rows.length} shows them`,
        ),
      ];
}

/** A class with what the object says of itself: `(string) "abc"`. */
export function saysText({
  className,
  preview,
}: {
  readonly className: string;
  readonly preview: string;
}): string {
  return preview === '' ? className : `${className} ${quoted(preview)}`;
}

/** A text from the heap in quotes, cut to what a table can show. */
export const quoted = (text: string, length: number = MAX_QUOTED) =>
  JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);

const MAX_QUOTED = 48;

/** A heading above a table. */
export const heading = (text: string, { colors }: Output) => colors.bold(text);

/** A table under its heading, with what is not shown of it; nothing when it has no rows. */
export function section<Row>(
  title: string,
  page: Page<Row>,
  columns: readonly Column<Row>[],
  output: Output,
): string[] {
  if (page.total === 0) return [];
  return [
    '',
    heading(`${title} (${numberText(page.total)})`, output),
    ...tableLines(columns, page.rows, output),
    ...restLines(page, output),
  ];
}
