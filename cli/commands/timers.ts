import { timers } from '../../analyzer/explore/timers.ts';
import type { TimerRow } from '../../analyzer/explore/timers.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, showList, snapshotFile } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, pagingOf } from '../explore/list-options.ts';
import { functionText, placeText } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';

export const timersCommand = defineCommand({
  name: 'timers',
  summary: 'Show the timers of a heap snapshot: kind, delay, callback, count',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'Timers that are done are objects which fired or were cleared, and which somebody keeps; `leakwatch path` with the id shows who.',
  ],
  examples: [
    ['leakwatch timers heap.heapsnapshot', 'those of which there are most first'],
    ['leakwatch timers --match interval heap.heapsnapshot', 'only of this kind, or of this function'],
  ],
  options: {
    match: { type: 'string', requiresArg: true, default: '', describe: 'Part of the function, or the kind' },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const paging = pagingOf(flags);
    const exploration = await openSnapshot(snapshotFile(operands, 'timers'), terminal);
    const rows = timers(exploration, flags.match);
    showList(
      { exploration, rows, paging, columns: COLUMNS, none: 'There are no timers of that sort.' },
      flags,
      terminal,
    );
    return 0;
  },
});

const COLUMNS: readonly Column<TimerRow>[] = [
  { title: 'timers', value: ({ timerCount }) => numberText(timerCount), align: 'right' },
  { title: 'kind', value: ({ kind, isActive }) => (isActive ? kind : `${kind}, done`) },
  {
    title: 'delay',
    value: ({ delayMs }) => (delayMs === null ? '' : `${numberText(delayMs)} ms`),
    align: 'right',
  },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
  { title: 'callback', value: functionText, flexible: true },
  { title: 'declared at', value: ({ location }) => placeText(location), flexible: true },
  { title: 'such as', value: ({ timerId }) => `@${timerId}` },
];
