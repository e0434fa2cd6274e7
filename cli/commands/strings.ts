import { duplicateStrings, longestStrings, slicedStrings } from '../../analyzer/explore/strings.ts';
import type { DuplicateRow, SlicedRow, StringRow } from '../../analyzer/explore/strings.ts';
import { heapTotals } from '../../analyzer/explore/top.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, showAnswer, snapshotFile } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, pagingOf } from '../explore/list-options.ts';
import { placeText, quoted, section } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';

export const stringsCommand = defineCommand({
  name: 'strings',
  summary: 'Show strings of a snapshot: duplicates, large ones, parts of others',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'A part that was cut out of a long string keeps all of it alive, since V8 copies nothing; `structuredClone` or ' +
      '`Buffer.from(part).toString()` makes it a string of its own. Snapshots hold the first 1,024 characters of a text.',
  ],
  examples: [
    ['leakwatch strings heap.heapsnapshot', 'all three lists'],
    ['leakwatch strings --match "Bearer " heap.heapsnapshot', 'only strings that contain this'],
  ],
  options: {
    match: {
      type: 'string',
      requiresArg: true,
      default: '',
      describe: 'Only strings that contain this text',
    },
    ...LIST_OPTIONS,
    limit: { ...LIST_OPTIONS.limit, default: 10 },
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const paging = pagingOf(flags);
    const exploration = await openSnapshot(snapshotFile(operands, 'strings'), terminal);
    const { stringCount, stringBytes, duplicateStringBytes } = heapTotals(exploration);
    const duplicates = duplicateStrings(exploration, flags.match, paging);
    const longest = longestStrings(exploration, flags.match, paging);
    const sliced = slicedStrings(exploration, flags.match, paging);
    const totals = { file: exploration.file, stringCount, stringBytes, duplicateStringBytes };
    showAnswer({ ...totals, duplicates, longest, sliced }, flags, terminal, (output) => [
      `${numberText(stringCount)} strings of ${bytesText(stringBytes)}; ${bytesText(duplicateStringBytes)} of it is the same text more than once`,
      ...section('The same text more than once', duplicates, DUPLICATE_COLUMNS, output),
      ...section('Largest', longest, STRING_COLUMNS, output),
      ...section('Kept whole by a part of it', sliced, SLICED_COLUMNS, output),
    ]);
    return 0;
  },
});

const heldBy = ({ name }: StringRow | DuplicateRow | SlicedRow) => name.phrase;
const heldAt = ({ name }: StringRow | DuplicateRow | SlicedRow) => placeText(name.location);

const DUPLICATE_COLUMNS: readonly Column<DuplicateRow>[] = [
  { title: 'waste', value: ({ wasteBytes }) => bytesText(wasteBytes), align: 'right' },
  { title: 'copies', value: ({ copies }) => numberText(copies), align: 'right' },
  { title: 'text', value: ({ text }) => quoted(text), flexible: true },
  { title: 'one is known as', value: heldBy, flexible: true },
  { title: 'declared at', value: heldAt, flexible: true },
];

const STRING_COLUMNS: readonly Column<StringRow>[] = [
  { title: 'id', value: ({ id }) => `@${id}` },
  { title: 'size', value: ({ bytes }) => bytesText(bytes), align: 'right' },
  { title: 'text', value: ({ text }) => quoted(text), flexible: true },
  { title: 'known as', value: heldBy, flexible: true },
  { title: 'declared at', value: heldAt, flexible: true },
];

const SLICED_COLUMNS: readonly Column<SlicedRow>[] = [
  { title: 'whole', value: ({ parentId }) => `@${parentId}` },
  { title: 'size', value: ({ parentBytes }) => bytesText(parentBytes), align: 'right' },
  { title: 'parts', value: ({ sliceCount }) => numberText(sliceCount), align: 'right' },
  { title: 'text of the whole', value: ({ text }) => quoted(text), flexible: true },
  { title: 'a part', value: ({ sliceId }) => `@${sliceId}` },
  { title: 'which is known as', value: heldBy, flexible: true },
  { title: 'declared at', value: heldAt, flexible: true },
];
