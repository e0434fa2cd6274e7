import { idTest } from '../../analyzer/explore/id-test.ts';
import { waitingCode } from '../../analyzer/explore/promises.ts';
import type { WaitingRow, WasThere } from '../../analyzer/explore/promises.ts';
import { openNamed } from '../../analyzer/explore/exploration.ts';
import type { Exploration } from '../../analyzer/explore/exploration.ts';
import type { ReadProgress } from '../../analyzer/heap/index.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { checkIsFile, openSnapshot, readingStatus, showList } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, pagingOf } from '../explore/list-options.ts';
import { functionText, placeText } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

export const promisesCommand = defineCommand({
  name: 'promises',
  summary: 'Show which async functions and callbacks wait for promises',
  usage: '[options] [<earlier.heapsnapshot>…] <file.heapsnapshot>',
  details: [
    'With earlier snapshots of the same process the first column shows how many of what waits in the last one were waiting in each ' +
      'of them already: what waits since long ago will hardly ever go on. A promise that nobody waits for is not shown, since a ' +
      'snapshot does not tell whether it has settled.',
  ],
  examples: [
    ['leakwatch promises heap.heapsnapshot', 'where most waits, and who holds the promise'],
    ['leakwatch promises 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', 'since which snapshot'],
  ],
  options: {
    match: { type: 'string', requiresArg: true, default: '', describe: "Part of the function's name" },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const paging = pagingOf(flags);
    const file = operands.at(-1);
    if (file === undefined)
      throw new UsageError(
        'The snapshot to look into is missing.',
        'Write `leakwatch promises heap.heapsnapshot`.',
      );
    operands.forEach(checkIsFile);
    const exploration = await openSnapshot(file, terminal);
    const earlier = await testsOf(operands.slice(0, -1), exploration, terminal);
    const rows = waitingCode(exploration, flags.match, earlier);
    const none = 'Nothing of that sort waits for a promise.';
    showList({ exploration, rows, paging, columns: COLUMNS, none }, flags, terminal);
    return 0;
  },
});

/** One after the other: an earlier snapshot is needed for its ids alone. */
async function testsOf(files: readonly string[], { graph }: Exploration, terminal: Terminal) {
  const tests: WasThere[] = [];
  for (const file of files) {
    const onProgress = ({ doneBytes, totalBytes }: ReadProgress) =>
      readingStatus(terminal, file, totalBytes ? doneBytes / totalBytes : 0);
    const { graph: before } = await openNamed(file, { onProgress }).finally(() => terminal.status(null));
    tests.push(idTest(before, graph));
  }
  return tests;
}

const COLUMNS: readonly Column<WaitingRow>[] = [
  { title: 'waiting', value: waitingText, align: 'right' },
  { title: 'how', value: ({ how }) => how },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
  { title: 'function', value: functionText, flexible: true },
  { title: 'declared at', value: ({ location }) => placeText(location), flexible: true },
  { title: 'for', value: ({ promiseCount }) => countedPromises(promiseCount) },
  { title: 'held as', value: ({ promise }) => promise.phrase, flexible: true },
  { title: 'such as', value: ({ promiseId }) => `@${promiseId}` },
];

/** `100 → 250 → 300`: of what waits in the last snapshot, how much waited in the earlier ones. */
function waitingText({ waitingCount, waitedBefore = [] }: WaitingRow): string {
  return [
    ...waitedBefore.map((count) => (count === null ? '?' : numberText(count))),
    numberText(waitingCount),
  ].join(' → ');
}

const countedPromises = (count: number) => (count === 1 ? '1 promise' : `${numberText(count)} promises`);
