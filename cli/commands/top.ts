import type { Page } from '../../analyzer/explore/paging.ts';
import { heapTotals, largestObjects, topClasses } from '../../analyzer/explore/top.ts';
import type { ClassRow, HeapTotals, LargeObject } from '../../analyzer/explore/top.ts';
import { bytesText, numberText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, showAnswer, snapshotFile } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, LIST_OPTIONS, oneOf, pagingOf } from '../explore/list-options.ts';
import { heading, placeText, restLines, saysText } from '../explore/words.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import type { Output } from '../terminal/terminal.ts';

export const topCommand = defineCommand({
  name: 'top',
  summary: 'Show what is largest in one heap snapshot: classes, objects, strings',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'Retained bytes are those that would be free if the objects were gone; shallow bytes are the objects themselves. Large is ' +
      'not leaking: that takes a second snapshot, and `leakwatch diff` or `leakwatch analyze`.',
  ],
  examples: [
    ['leakwatch top heap.heapsnapshot', 'classes and objects that retain most'],
    ['leakwatch top --objects --match Session heap.heapsnapshot', 'the largest sessions, with their ids'],
    ['leakwatch top --sort count --json heap.heapsnapshot', 'for a script'],
  ],
  options: {
    sort: {
      type: 'string',
      requiresArg: true,
      default: 'retained',
      describe: 'retained, shallow, count or name',
    },
    objects: { type: 'boolean', default: false, describe: 'Only the largest objects' },
    match: {
      type: 'string',
      requiresArg: true,
      default: '',
      describe: 'Only classes whose name contains this text',
    },
    ...LIST_OPTIONS,
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const sort = oneOf('sort', ['retained', 'shallow', 'count', 'name'], flags.sort);
    const question = { ...pagingOf(flags), sort, match: flags.match };
    const exploration = await openSnapshot(snapshotFile(operands, 'top'), terminal);
    const totals = heapTotals(exploration);
    const classes = flags.objects ? null : topClasses(exploration, question);
    const objects = largestObjects(exploration, question);
    showAnswer({ file: exploration.file, ...totals, classes, objects }, flags, terminal, (output) => [
      ...totalLines(totals),
      ...(classes === null ? [] : classLines(classes, output)),
      ...objectLines(objects, output),
    ]);
    return 0;
  },
});

function totalLines(totals: HeapTotals): string[] {
  const { heapBytes, objectCount, stringCount, stringBytes, duplicateStringBytes } = totals;
  return [
    `${bytesText(heapBytes)} in ${numberText(objectCount)} objects; ${numberText(stringCount)} strings are ` +
      `${bytesText(stringBytes)}, ${bytesText(duplicateStringBytes)} of it the same text more than once`,
  ];
}

const CLASS_COLUMNS: readonly Column<ClassRow>[] = [
  { title: 'class', value: ({ name }) => name, flexible: true },
  { title: 'objects', value: ({ objectCount }) => numberText(objectCount), align: 'right' },
  { title: 'shallow', value: ({ shallowBytes }) => bytesText(shallowBytes), align: 'right' },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
  { title: 'declared at', value: ({ location }) => placeText(location), flexible: true },
];

function classLines(page: Page<ClassRow>, output: Output): string[] {
  return [
    '',
    heading('Classes', output),
    ...tableLines(CLASS_COLUMNS, page.rows, output),
    ...restLines(page, output),
  ];
}

const OBJECT_COLUMNS: readonly Column<LargeObject>[] = [
  { title: 'id', value: ({ id }) => `@${id}` },
  {
    title: 'class',
    value: saysText,
    flexible: true,
  },
  { title: 'shallow', value: ({ shallowBytes }) => bytesText(shallowBytes), align: 'right' },
  { title: 'retained', value: ({ retainedBytes }) => bytesText(retainedBytes), align: 'right' },
  { title: 'known as', value: ({ name }) => name.phrase, flexible: true },
  { title: 'declared at', value: ({ name }) => placeText(name.location), flexible: true },
];

function objectLines(page: Page<LargeObject>, output: Output): string[] {
  return [
    '',
    heading('Objects', output),
    ...tableLines(OBJECT_COLUMNS, page.rows, output),
    ...restLines(page, output),
  ];
}
