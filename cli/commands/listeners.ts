import { listeners } from '../../analyzer/explore/listeners.ts';
import type { ListenerRow } from '../../analyzer/explore/listeners.ts';
import { numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, showList, snapshotFile } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, pagingOf } from '../explore/list-options.ts';
import { functionText, placeText } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';

export const listenersCommand = defineCommand({
  name: 'listeners',
  summary: 'Show who listens to what: emitters, events, counts and functions',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'Listeners of EventEmitters, EventTargets and AbortSignals, by event and by the place in the code that made the function. ' +
      'An ! stands behind a count over the limit of 10, from which on Node warns of a leak.',
  ],
  examples: [
    ['leakwatch listeners heap.heapsnapshot', 'those of which most are on one emitter first'],
    ['leakwatch listeners --match close heap.heapsnapshot', 'only of this event, class or function'],
  ],
  options: {
    match: {
      type: 'string',
      requiresArg: true,
      default: '',
      describe: 'Part of an event, a class or a function',
    },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const paging = pagingOf(flags);
    const exploration = await openSnapshot(snapshotFile(operands, 'listeners'), terminal);
    const rows = listeners(exploration, flags.match);
    showList(
      { exploration, rows, paging, columns: COLUMNS, none: 'Nobody listens to anything of that sort.' },
      flags,
      terminal,
    );
    return 0;
  },
});

const COLUMNS: readonly Column<ListenerRow>[] = [
  {
    title: 'on one',
    value: ({ mostOnOne, isOverLimit }) => `${numberText(mostOnOne)}${isOverLimit ? '!' : ' '}`,
    align: 'right',
  },
  { title: 'all', value: ({ listenerCount }) => numberText(listenerCount), align: 'right' },
  { title: 'event', value: ({ event }) => event, flexible: true },
  {
    title: 'emitter',
    value: ({ emitterClass, emitterCount, emitter, emitterId }) =>
      emitterCount > 1
        ? `${numberText(emitterCount)} ${emitterClass}, such as @${emitterId}`
        : `${emitterClass} @${emitterId} ${emitter.phrase}`,
    flexible: true,
  },
  { title: 'listener', value: functionText, flexible: true },
  { title: 'declared at', value: ({ location }) => placeText(location), flexible: true },
];
