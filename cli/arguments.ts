import yargs from 'yargs';
import type { Argv, Options } from 'yargs';
import { LeakwatchError } from '../analyzer/error.ts';
import type { Command } from './command.ts';
import { DEFAULT_FILES } from './show-report.ts';
import { nearest } from './suggest.ts';
import { UsageError } from './usage-error.ts';

/** A command line, taken apart but not yet carried out. */
export interface ParsedArguments {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
  readonly afterDashes: readonly string[] | null;
}

const HELP_OPTION = { help: { alias: 'h', type: 'boolean', describe: 'Show this help' } } as const;

/** The words before the first `--`, and those after it. */
export function splitAtDashes(
  words: readonly string[],
): [before: readonly string[], after: readonly string[] | null] {
  const at = words.indexOf('--');
  return at < 0 ? [words, null] : [words.slice(0, at), words.slice(at + 1)];
}

/**
 * Reads the words after a command's name.
 * @throws UsageError for an option the command does not have, and for one whose value is missing or no number
 */
export async function parseArguments(command: Command, words: readonly string[]): Promise<ParsedArguments> {
  const [before, afterDashes] = splitAtDashes(words);
  for (const [at, word] of before.entries()) checkOption(command, word, before[at + 1]);
  const {
    _: operands,
    $0: _program,
    ...flags
  } = await parserOf(command).parseAsync(before.map(withFileName));
  for (const [name, value] of Object.entries(flags)) checkNumber(name, value);
  return { flags, operands: operands.map(String), afterDashes };
}

/** The yargs of one command: what its words mean, and its help. */
export function parserOf(command: Command): Argv {
  return yargs()
    .scriptName('leakwatch')
    .options({ ...command.options, ...HELP_OPTION })
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .fail((message, error) => {
      throw error instanceof LeakwatchError ? error : new UsageError(`${message}.`, helpHint(command.name));
    });
}

/** Where the options of a command are listed. */
export function helpHint(commandName: string): string {
  return `\`leakwatch ${commandName} --help\` lists its options.`;
}

function checkOption(command: Command, word: string, next: string | undefined): void {
  const name = /^--?([^=]+)/.exec(word)?.[1];
  if (name === undefined) return;
  const table = optionTable(command);
  const option = table.get(name);
  if (!option) {
    const meant = nearest(
      name,
      [...table.keys()].filter((known) => known.length > 1),
    );
    const hint = meant ? `Did you mean --${meant}?` : helpHint(command.name);
    throw new UsageError(`\`leakwatch ${command.name}\` has no option ${word.split('=')[0]}.`, hint);
  }
  if (option.requiresArg && !word.includes('=') && (next === undefined || next.startsWith('-')))
    throw new UsageError(`${word} needs a value.`, helpHint(command.name));
}

function checkNumber(name: string, value: unknown): void {
  if (Number.isNaN(value)) throw new UsageError(`--${name} needs a number.`);
}

/** Every name an option can be given by -> the option. */
function optionTable(command: Command): ReadonlyMap<string, Options> {
  const options: [string, Options][] = Object.entries({ ...command.options, ...HELP_OPTION });
  return new Map(
    options.flatMap(([name, option]) =>
      [name, ...[option.alias ?? []].flat()].map((known) => [known, option]),
    ),
  );
}

// The file of --json and --html is only ever taken from --json=FILE, since the word that follows may be a snapshot,
// which must not be written over.
function withFileName(word: string): string {
  const file = DEFAULT_FILES[word.replace(/^--/, '')];
  return word.startsWith('--') && file !== undefined ? `${word}=${file}` : word;
}
