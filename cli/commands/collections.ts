import { collections } from '../../analyzer/explore/collections.ts';
import type { CollectionRow } from '../../analyzer/explore/collections.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, showPage, snapshotFile } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, oneOf, pagingOf } from '../explore/list-options.ts';
import { placeText } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';

export const collectionsCommand = defineCommand({
  name: 'collections',
  summary: 'Show the largest Maps, Sets, arrays and objects used as dictionaries',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'A cache without a bound is the most common leak. Numbers leave no trace in a snapshot: where a collection has room for more ' +
      'than is seen, that stands behind a slash. What is part of Node itself is left out, unless --all is given.',
  ],
  examples: [
    ['leakwatch collections heap.heapsnapshot', 'those with most entries first'],
    ['leakwatch collections --sort retained --match Map heap.heapsnapshot', 'Maps, by what they keep alive'],
  ],
  options: {
    sort: { type: 'string', requiresArg: true, default: 'entries', describe: 'entries or retained' },
    match: {
      type: 'string',
      requiresArg: true,
      default: '',
      describe: 'Part of the class: Map, Set, Array, Object',
    },
    all: { type: 'boolean', default: false, describe: "Node's own tables, too" },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const sort = oneOf('sort', ['entries', 'retained'], flags.sort);
    const paging = pagingOf(flags);
    const exploration = await openSnapshot(snapshotFile(operands, 'collections'), terminal);
    const page = collections(exploration, {
      ...paging,
      sort,
      match: flags.match,
      withNodesOwn: flags.all,
    });
    showPage(
      { exploration, page, columns: COLUMNS, none: 'There is no collection of that sort.' },
      flags,
      terminal,
    );
    return 0;
  },
});

const COLUMNS: readonly Column<CollectionRow>[] = [
  { title: 'id', value: ({ id }) => `@${id}` },
  {
    title: 'entries',
    value: ({ content: { entryCount, slotCount } }) =>
      `${numberText(entryCount)}${slotCount > 4 * entryCount + 16 ? ` / ${numberText(slotCount)}` : ''}`,
    align: 'right',
  },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
  { title: 'class', value: ({ className }) => className, flexible: true },
  {
    title: 'known as',
    value: ({ name, isNodesOwn }) => `${name.phrase}${isNodesOwn ? ' (Node)' : ''}`,
    flexible: true,
  },
  { title: 'declared at', value: ({ name }) => placeText(name.location), flexible: true },
  { title: 'entries are', value: ({ content }) => content.values, flexible: true },
  { title: 'keys', value: ({ content }) => content.keySamples.join(', '), flexible: true },
];
