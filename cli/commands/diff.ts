import { diff, gained, grewEachTime } from '../../analyzer/explore/diff.ts';
import type { Diff, DiffRow } from '../../analyzer/explore/diff.ts';
import { pageOf } from '../../analyzer/explore/paging.ts';
import type { Page } from '../../analyzer/explore/paging.ts';
import { contains } from '../../analyzer/explore/select-nodes.ts';
import { bytesText, countText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { checkIsFile, readingStatus, showAnswer } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, oneOf, pagingOf } from '../explore/list-options.ts';
import { changeBytesText, changeText, restLines } from '../explore/words.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import type { Output } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

const GROUPS = ['class', 'shape', 'path'] as const;

const SORTS = {
  retained: (row: DiffRow) => -gained(row.retainedBytes),
  shallow: (row: DiffRow) => -gained(row.shallowBytes),
  count: (row: DiffRow) => -gained(row.objectCounts),
  name: (row: DiffRow) => row.name,
} as const;

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'Compare heap snapshots class by class, shape by shape or path by path',
  usage: '[options] <earlier> <later> [<still later>…]',
  details: [
    'Objects are counted by their class; with --by shape plain objects are told apart by their properties, with --by path by ' +
      'the references over which they are reached. New and gone are objects that only the last or only the first snapshot ' +
      'has. The order is that of the files.',
  ],
  examples: [
    ['leakwatch diff 1.heapsnapshot 2.heapsnapshot', 'what grew, the largest growth first'],
    ['leakwatch diff --only-grew *.heapsnapshot', 'what grew each time'],
    ['leakwatch diff --by path --match session 1.heapsnapshot 2.heapsnapshot', 'who holds them'],
  ],
  options: {
    by: { type: 'string', requiresArg: true, default: 'shape', describe: 'class, shape or path' },
    sort: {
      type: 'string',
      requiresArg: true,
      default: 'retained',
      describe: 'retained, shallow, count or name',
    },
    'only-grew': { type: 'boolean', default: false, describe: 'Only what has more objects each time' },
    match: { type: 'string', requiresArg: true, default: '', describe: 'Only names that contain this text' },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const by = oneOf('by', GROUPS, flags.by);
    const sort = SORTS[oneOf('sort', ['retained', 'shallow', 'count', 'name'], flags.sort)];
    const paging = pagingOf(flags);
    if (operands.length < 2)
      throw new UsageError('There is nothing to compare.', 'Name two or more .heapsnapshot files.');
    operands.forEach(checkIsFile);
    const onProgress = (share: number, file: string) => readingStatus(terminal, file, share);
    const found = await diff(operands, { by, onProgress }).finally(() => terminal.status(null));
    const rows = found.rows
      .filter((row) => contains(row.name, flags.match) && (!flags['only-grew'] || grewEachTime(row)))
      .toSorted((one, other) => (sort(one) < sort(other) ? -1 : sort(one) > sort(other) ? 1 : 0));
    const page = pageOf(rows, paging, (row) => row);
    showAnswer({ ...found, ...page }, flags, terminal, (output) => diffLines(found, page, output));
    return 0;
  },
});

function diffLines(found: Diff, page: Page<DiffRow>, output: Output): string[] {
  const { colors } = output;
  const heap = found.heapBytes.map(bytesText).join(' → ');
  return [
    `heap ${heap}, ${changeBytesText(gained(found.heapBytes))}`,
    ...(found.sameProcess
      ? []
      : [colors.dim('The ids are not of one process: new and gone objects cannot be told.')]),
    '',
    ...(page.total === 0
      ? ['Nothing of that sort changed.']
      : tableLines(columnsFor(found), page.rows, output)),
    ...restLines(page, output),
    ...(page.total === 0
      ? []
      : [colors.dim(countText(page.total, `changed ${found.by}`).replace('classs', 'classes'))]),
  ];
}

function columnsFor({ files, sameProcess, by }: Diff): Column<DiffRow>[] {
  return [
    { title: by, value: ({ name }) => name, flexible: true },
    {
      title: 'objects',
      value: ({ objectCounts }) => objectCounts.map(numberText).join(' → '),
      align: 'right',
    },
    ...(sameProcess && files.length === 2 ? TURNOVER_COLUMNS : []),
    { title: 'change', value: ({ objectCounts }) => changeText(gained(objectCounts)), align: 'right' },
    { title: 'shallow', value: ({ shallowBytes }) => changeBytesText(gained(shallowBytes)), align: 'right' },
    {
      title: 'retained',
      value: ({ retainedBytes }) => changeBytesText(gained(retainedBytes)),
      align: 'right',
    },
  ];
}

const TURNOVER_COLUMNS: readonly Column<DiffRow>[] = [
  { title: 'new', value: ({ newObjects }) => numberText(newObjects ?? 0), align: 'right' },
  { title: 'gone', value: ({ goneObjects }) => numberText(goneObjects ?? 0), align: 'right' },
];
