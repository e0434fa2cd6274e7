import { inspect } from '../../analyzer/explore/inspect.ts';
import type { Inspection, ReferenceRow } from '../../analyzer/explore/inspect.ts';
import type { ObjectRow } from '../../analyzer/explore/object-row.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { wrapText } from '../../analyzer/render/wrap.ts';
import { defineCommand } from '../command.ts';
import { nodeNamed, openSnapshot, showAnswer } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, pagingOf } from '../explore/list-options.ts';
import { heading, placeText, quoted, section } from '../explore/words.ts';
import type { Column } from '../terminal/table.ts';
import type { Output } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'Show one object: what it is, what it holds and what holds it',
  usage: '[options] <file.heapsnapshot> <@id>',
  details: [
    'References are those the program has: `.name` a property, `$name` a variable, `[*]` an element, `[key]` a key of a Map. ' +
      'Its owner is the object without which it would be free, which need not refer to it itself.',
  ],
  examples: [
    ['leakwatch inspect heap.heapsnapshot @48213', 'the object with this id'],
    ['leakwatch inspect --limit 100 --json heap.heapsnapshot @48213', 'more of it, for a script'],
  ],
  options: { ...LIST_OPTIONS, limit: { ...LIST_OPTIONS.limit, default: 10 }, ...JSON_OPTION },
  async run({ flags, operands, terminal }) {
    const [file, id] = operands;
    if (operands.length !== 2)
      throw new UsageError(
        'A snapshot and one object id are needed.',
        'Write `leakwatch inspect heap.heapsnapshot @12345`.',
      );
    const exploration = await openSnapshot(file, terminal);
    const found = inspect(exploration, nodeNamed(exploration, id), pagingOf(flags));
    showAnswer({ file, ...found }, flags, terminal, (output) => inspectionLines(found, output));
    return 0;
  },
});

const LABEL_WIDTH = 13;

function inspectionLines(found: Inspection, output: Output): string[] {
  return [
    heading(`@${found.id} ${titleOf(found)}`, output),
    '',
    ...factRows(found).flatMap(([label, text]) => factLines(label, text, output)),
    ...section('Holds', found.references, REFERENCE_COLUMNS, output),
    ...section('Is held by', found.retainers, REFERENCE_COLUMNS, output),
    ...section('Keeps alive alone', found.dominated, OBJECT_COLUMNS, output),
  ];
}

function titleOf({ className, preview, type }: Inspection): string {
  if (type === 'closure') return `function ${preview === '' ? '(anonymous)' : preview}`;
  return className;
}

function factRows(found: Inspection): (readonly [label: string, text: string])[] {
  const { name, content, dominator, text } = found;
  const share = found.shareOfHeap >= 0.001 ? `, ${(found.shareOfHeap * 100).toFixed(1)} % of the heap` : '';
  return [
    ...(text === null ? [] : [['text', JSON.stringify(text)] as const]),
    ['known as', name.phrase + (name.location === null ? '' : `, ${placeText(name.location)}`)],
    ...(found.declaredAt === null
      ? []
      : [[found.type === 'closure' ? 'declared at' : 'its class at', placeText(found.declaredAt)] as const]),
    ['size', `${bytesText(found.shallowBytes)} itself, ${bytesText(found.retainedBytes)} retained${share}`],
    ...(content === null ? [] : [['entries', contentText(content)] as const]),
    ...(dominator === null ? [] : [['owner', `@${dominator.id} ${dominator.className}`] as const]),
  ];
}

/** What a collection holds, in a line. */
export function contentText({
  entryCount,
  slotCount,
  values,
  keySamples,
}: NonNullable<Inspection['content']>): string {
  const keys =
    keySamples.length === 0
      ? ''
      : `; keys such as ${keySamples.map((key) => JSON.stringify(key)).join(', ')}`;
  const room =
    slotCount > 4 * entryCount + 16 ? ` (room for ${numberText(slotCount)}: numbers, or it was fuller)` : '';
  return `${numberText(entryCount)}${values === '' ? '' : ` ${values}`}${room}${keys}`;
}

function factLines(label: string, text: string, { colors, width }: Output): string[] {
  return wrapText(text, width - LABEL_WIDTH).map(
    (line, at) => `${colors.dim((at === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`,
  );
}

const OBJECT_COLUMNS: readonly Column<ObjectRow>[] = [
  { title: 'id', value: ({ id }) => `@${id}` },
  { title: 'class', value: ({ className }) => className, flexible: true },
  { title: 'says', value: ({ preview }) => (preview === '' ? '' : quoted(preview)), flexible: true },
  { title: 'shallow', value: ({ shallowBytes }) => bytesText(shallowBytes), align: 'right' },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
];

const REFERENCE_COLUMNS: readonly Column<ReferenceRow>[] = [
  { title: 'reference', value: ({ reference }) => reference, flexible: true },
  ...OBJECT_COLUMNS,
];
