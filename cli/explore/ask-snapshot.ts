import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { explore, nodeOfId } from '../../analyzer/explore/exploration.ts';
import type { Exploration } from '../../analyzer/explore/exploration.ts';
import { pageOf } from '../../analyzer/explore/paging.ts';
import type { Page, Paging } from '../../analyzer/explore/paging.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { DEFAULT_FILES, writeOutput } from '../show-report.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import type { Output, Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { restLines } from './words.ts';

/**
 * The one snapshot that a command is about.
 * @throws UsageError when there is none, or more than one
 */
export function snapshotFile(operands: readonly string[], name: string, more: string = ''): string {
  const usage = `Write \`leakwatch ${name} heap.heapsnapshot${more}\`.`;
  if (operands.length === 0) throw new UsageError('The snapshot to look into is missing.', usage);
  if (operands.length > 1) throw new UsageError('Only one snapshot can be looked into at a time.', usage);
  return operands[0];
}

/** Opens a snapshot, and draws how far the reading is. */
export async function openSnapshot(file: string, terminal: Terminal): Promise<Exploration> {
  checkIsFile(file);
  try {
    return await explore(file, {
      onProgress: ({ doneBytes, totalBytes }) =>
        readingStatus(terminal, file, totalBytes ? doneBytes / totalBytes : 0),
    });
  } finally {
    terminal.status(null);
  }
}

/** Draws how far the reading of a file is. */
export function readingStatus(terminal: Terminal, file: string, share: number): void {
  terminal.status(`reading  ·  ${Math.floor(share * 100)} %  ·  ${basename(file)}`);
}

/** A run folder is judged as a whole; a question is about one of its snapshots. */
export function checkIsFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${file} is a folder.`, 'Name one of the .heapsnapshot files in it.');
}

/**
 * The object that a person means by `@123` or `123`.
 * @throws LeakwatchError when the snapshot has no such object
 */
export function nodeNamed({ graph, file }: Exploration, text: string): number {
  const id = /^@?(\d+)$/.exec(text)?.[1];
  if (id === undefined)
    throw new UsageError(`"${text}" is no object id.`, 'Ids look like @12345; `leakwatch top` shows some.');
  const node = nodeOfId(graph, Number(id));
  if (node !== -1) return node;
  throw new LeakwatchError('NO_OBJECT', `${file} has no object @${id}.`);
}

/** One part of a list, to be shown as a table. */
export interface ShownPage<Row> {
  readonly exploration: Exploration;
  readonly page: Page<Row>;
  readonly columns: readonly Column<Row>[];
  /** What is said when there is nothing. */
  readonly none: string;
}

type JsonFlag = { readonly json: string | undefined };

/** Shows a part of a list: as JSON where that was asked for, otherwise as a table. */
export function showPage<Row>(
  { exploration, page, columns, none }: ShownPage<Row>,
  flags: JsonFlag,
  terminal: Terminal,
): void {
  showAnswer({ file: exploration.file, ...page }, flags, terminal, (output) =>
    page.total === 0 ? [none] : [...tableLines(columns, page.rows, output), ...restLines(page, output)],
  );
}

/** The same for a list of which only a part is to be shown. */
export function showList<Row>(
  {
    rows,
    paging,
    ...shown
  }: Omit<ShownPage<Row>, 'page'> & { readonly rows: readonly Row[]; readonly paging: Paging },
  flags: JsonFlag,
  terminal: Terminal,
): void {
  showPage({ ...shown, page: pageOf(rows, paging, (row) => row) }, flags, terminal);
}

/** Shows an answer: as JSON where that was asked for, otherwise as text. */
export function showAnswer(
  answer: unknown,
  { json }: JsonFlag,
  { out }: Terminal,
  text: (output: Output) => readonly string[],
): void {
  const serialized = () => `${JSON.stringify(answer, null, 2)}\n`;
  if (json === DEFAULT_FILES.json) out.write(serialized());
  else out.write(`${text(out).join('\n')}\n`);
  if (json !== undefined && json !== DEFAULT_FILES.json) writeOutput(json, serialized());
}
