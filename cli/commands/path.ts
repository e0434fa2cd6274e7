import type { Exploration } from '../../analyzer/explore/exploration.ts';
import { ignoring, pathsTo, pathsToAll } from '../../analyzer/explore/paths.ts';
import type { HeldPath } from '../../analyzer/explore/paths.ts';
import { instancesOf, stringsWith } from '../../analyzer/explore/select-nodes.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { traceLines } from '../../analyzer/render/trace.ts';
import { bytesText, countText, numberText } from '../../analyzer/render/units.ts';
import { printable } from '../../analyzer/render/wrap.ts';
import { defineCommand } from '../command.ts';
import { nodeNamed, openSnapshot, showAnswer } from '../explore/ask-snapshot.ts';
import { JSON_OPTION, wholeNumber } from '../explore/list-options.ts';
import { heading } from '../explore/words.ts';
import type { Output } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

export const pathCommand = defineCommand({
  name: 'path',
  summary: 'Show the shortest path from the root that keeps an object alive',
  usage: '[options] <file.heapsnapshot> <@id | class>',
  details: [
    'Of a class, or of strings that contain a text, it shows the ways in which they are held, with how many are held so. ' +
      'Paths through the stack or through handle scopes come last: those let go by themselves.',
    'The last reference, underlined, is the one to cut; --ignore shows what else would hold the object then.',
  ],
  examples: [
    ['leakwatch path heap.heapsnapshot @48213', 'what holds this object'],
    ['leakwatch path heap.heapsnapshot Session --all 5', 'five ways in which sessions are held'],
    ['leakwatch path heap.heapsnapshot --string "Bearer "', 'what holds such a string'],
    ['leakwatch path heap.heapsnapshot @48213 --ignore sessions', 'and what else does'],
  ],
  options: {
    string: { type: 'string', requiresArg: true, describe: 'Look for strings that contain this text' },
    all: { type: 'number', requiresArg: true, default: 1, describe: 'How many different paths to show' },
    ignore: {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [] as string[],
      describe: 'A property or variable, or an @id, over which no path may go; may be given more than once',
    },
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    const [file, target] = targetOf(operands, flags.string);
    const count = wholeNumber('all', flags.all);
    const exploration = await openSnapshot(file, terminal);
    const nodes = nodesMeant(exploration, target, flags.string);
    const paths =
      nodes.length === 1
        ? pathsTo(exploration, nodes[0], { count, ignored: ignoring(exploration, flags.ignore) })
        : pathsToAll(exploration, nodes, count, ignoring(exploration, flags.ignore));
    const asked = flags.string === undefined ? target : `"${flags.string}"`;
    const answer = { file, target: asked, objectCount: nodes.length, paths };
    showAnswer(answer, flags, terminal, (output) => [
      ...(nodes.length === 1 ? [] : [`${countText(nodes.length, 'object')} of ${printable(asked)}`, '']),
      ...(paths.length === 0
        ? [nothingHolds(flags.ignore)]
        : paths.flatMap((path, at) => pathLines(path, at, output))),
      ...(paths.length > 0 && paths.length === count
        ? ['', output.colors.dim(`--all ${count + 4} shows what else holds it, if anything does`)]
        : []),
    ]);
    return 0;
  },
});

function targetOf(operands: readonly string[], string: string | undefined): [file: string, target: string] {
  const usage = 'Write `leakwatch path heap.heapsnapshot @12345`, or a class, or --string with a text.';
  const expected = string === undefined ? 2 : 1;
  if (operands.length === 0) throw new UsageError('The snapshot to look into is missing.', usage);
  if (operands.length < expected) throw new UsageError('The object to look for is missing.', usage);
  if (operands.length > expected)
    throw new UsageError(`"${operands[expected]}" is one word too many.`, usage);
  return [operands[0], operands[1] ?? ''];
}

function nodesMeant(exploration: Exploration, target: string, string: string | undefined): number[] {
  if (string === undefined && /^@\d+$/.test(target)) return [nodeNamed(exploration, target)];
  const nodes = string === undefined ? instancesOf(exploration, target) : stringsWith(exploration, string);
  if (nodes.length > 0) return [...nodes];
  const what = string === undefined ? `object of a class "${target}"` : `string that contains "${string}"`;
  throw new LeakwatchError('NO_OBJECT', `${exploration.file} has no ${what}.`);
}

function nothingHolds(ignored: readonly string[]): string {
  return ignored.length > 0
    ? 'Nothing else holds it: without these references it is free.'
    : 'Nothing holds it but what V8 clears by itself.';
}

function pathLines(path: HeldPath, at: number, output: Output): string[] {
  const many = path.objectCount > 1 ? `${numberText(path.objectCount)} objects, ` : '';
  const passing = path.accidental ? '; held only by what runs at the moment' : '';
  return [
    ...(at === 0 ? [] : ['']),
    heading(`Path ${at + 1}: ${many}${bytesText(path.retainedBytes)} retained${passing}`, output),
    '',
    ...traceLines(path.trace, output.colors),
  ];
}
