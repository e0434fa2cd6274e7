import { UsageError } from '../usage-error.ts';

/** The options of every command that answers with a list. */
export const LIST_OPTIONS = {
  limit: { type: 'number', requiresArg: true, default: 20, describe: 'How many rows' },
  offset: { type: 'number', requiresArg: true, default: 0, describe: 'How many rows to pass over first' },
} as const;

/** The option of every command that looks into snapshots. Its file is only ever taken from `--json=FILE`. */
export const JSON_OPTION = {
  json: { type: 'string', describe: 'Print the answer as JSON to stdout, or with --json=FILE into a file' },
} as const;

/**
 * The part of a list that was asked for.
 * @throws UsageError for what is no number of rows
 */
export function pagingOf({ limit, offset }: { readonly limit: number; readonly offset: number }) {
  return { limit: wholeNumber('limit', limit), offset: wholeNumber('offset', offset) };
}

/** @throws UsageError for anything but a whole number from 0 on */
export function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new UsageError(`--${name} needs a whole number, not ${value}.`);
}

/**
 * One of the words that an option knows.
 * @throws UsageError that lists them
 */
export function oneOf<Word extends string>(name: string, words: readonly Word[], value: string): Word {
  const word = words.find((one) => one === value);
  if (word !== undefined) return word;
  throw new UsageError(`--${name} is one of ${words.join(', ')}, not "${value}".`);
}
