import { LeakwatchError } from '../../analyzer/error.ts';

const WORD = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const SHELLS_OWN = /[|&;<>`$]|^\s*\w+=/;

/**
 * The words of a command: given as a list, or as a text that is split at blanks outside of quotes.
 * @throws LeakwatchError CONFIG for a text that would need a shell
 */
export function wordsOf(command: string | readonly string[]): readonly string[] {
  if (typeof command !== 'string') return command;
  if (SHELLS_OWN.test(command))
    throw new LeakwatchError(
      'CONFIG',
      `The start command \`${command}\` needs a shell; write it as a list: ["sh", "-c", "…"].`,
    );
  return (command.match(WORD) ?? []).map((word) => word.replaceAll(/["']/g, ''));
}
