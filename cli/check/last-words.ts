/** Where a check keeps what a process prints, in the folder of its scenario. */
export const OUTPUT_FILE = 'output.log';

const QUOTED_CHARACTERS = 300;

/** What a process said last, as the end of a sentence that a full stop is to follow; empty when it said nothing. */
export function andSaid(words: string | undefined): string {
  return words === undefined ? '' : `, and said: ${words.slice(0, QUOTED_CHARACTERS).replace(/\.$/, '')}`;
}
