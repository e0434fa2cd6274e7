import type { Argv } from 'yargs';
import { wrapText } from '../analyzer/render/wrap.ts';
import { parserOf } from './arguments.ts';
import type { Command } from './command.ts';
import type { Output } from './terminal/terminal.ts';

/** The help of leakwatch as a whole. */
export function overviewHelp(commands: readonly Command[], { colors, width }: Output): string {
  const nameWidth = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, summary }) => `  ${colors.cyan(name.padEnd(nameWidth))}  ${summary}`);
  return [
    `${colors.bold('leakwatch')} says what leaks in a Node.js process, who holds it, which line, and how to fix it.`,
    '',
    colors.bold('Usage'),
    '  leakwatch <command> [options]',
    '',
    colors.bold('Commands'),
    ...rows,
    '',
    colors.bold('Start here'),
    ...examplesIn(commands[0].examples, width, colors.dim),
    '',
    colors.dim(
      '`leakwatch <command> --help` tells more. Exit code: 0 clean, 1 a leak, 2 could not tell or could not run.',
    ),
  ].join('\n');
}

/** The help of one command. */
export async function commandHelp(command: Command, { colors, width }: Output): Promise<string> {
  return [
    colors.bold(command.summary),
    '',
    colors.bold('Usage'),
    `  leakwatch ${command.name} ${command.usage}`,
    ...command.details.flatMap((paragraph) => ['', ...wrapText(paragraph, width)]),
    '',
    colors.bold('Options'),
    await optionTable(parserOf(command), width),
    '',
    colors.bold('Examples'),
    ...examplesIn(command.examples, width, colors.dim),
  ].join('\n');
}

// What yargs prints, without its heading and the types that the values' names tell already.
async function optionTable(parser: Argv, width: number): Promise<string> {
  const help = await parser.wrap(width).getHelp();
  return help.replace(/^\s*Options:\n/, '').replaceAll(/ +\[(?:boolean|string|number)\]/g, '');
}

type Example = Command['examples'][number];

function examplesIn(
  examples: readonly Example[],
  width: number,
  effectStyle: (text: string) => string,
): string[] {
  const lineWidth = Math.max(...examples.map(([line]) => line.length));
  const fits = examples.every(([, effect]) => lineWidth + effect.length + 6 <= width);
  return examples.flatMap(([line, effect]) =>
    fits
      ? `  ${line.padEnd(lineWidth)}  ${effectStyle(effect)}`
      : [`  ${effectStyle(`# ${effect}`)}`, `  ${line}`],
  );
}
