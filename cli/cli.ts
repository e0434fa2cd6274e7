import { LeakwatchError } from '../analyzer/error.ts';
import { parseArguments, splitAtDashes } from './arguments.ts';
import type { Command, ExitCode } from './command.ts';
import { commands } from './commands/index.ts';
import { commandHelp, overviewHelp } from './help.ts';
import { packageVersion } from './package-version.ts';
import { nearest } from './suggest.ts';
import type { Terminal } from './terminal/terminal.ts';
import { UsageError } from './usage-error.ts';

/** Could not tell, or could not run. */
const EXIT_UNABLE: ExitCode = 2;

/** Carries out a command line and returns what the process is to exit with; a fault is told in a sentence on stderr. */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    tell(error, terminal);
    return EXIT_UNABLE;
  }
}

async function dispatch([name, ...words]: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && words.length === 0)) {
    terminal.out.write(`${overviewHelp(commands, terminal.out)}\n`);
    return name === undefined ? EXIT_UNABLE : 0;
  }
  if (name === '--version' || name === '-v') {
    terminal.out.write(`${packageVersion()}\n`);
    return 0;
  }
  if (name === 'help') return dispatch([words[0], '--help'], terminal);
  return runCommand(commandNamed(name), words, terminal);
}

async function runCommand(command: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (splitAtDashes(words)[0].some((word) => word === '--help' || word === '-h')) {
    terminal.out.write(`${await commandHelp(command, terminal.out)}\n`);
    return 0;
  }
  return command.run({ ...(await parseArguments(command, words)), terminal });
}

function commandNamed(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  if (name.startsWith('-'))
    throw new UsageError(`${name} comes before the command.`, 'Write the command first.');
  const meant = nearest(
    name,
    commands.map((one) => one.name),
  );
  throw new UsageError(
    `There is no command "${name}".`,
    meant ? `Did you mean \`leakwatch ${meant}\`?` : '`leakwatch --help` lists the commands.',
  );
}

function tell(error: unknown, terminal: Terminal): void {
  const { colors } = terminal.err;
  if (error instanceof LeakwatchError) terminal.note(colors.red(error.message));
  else
    terminal.note(
      colors.red(
        `This is a defect of leakwatch: ${(error instanceof Error && error.stack) || String(error)}`,
      ),
    );
  if (error instanceof UsageError && error.hint) terminal.note(error.hint);
}
