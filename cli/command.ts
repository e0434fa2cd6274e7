import type { InferredOptionTypes, Options } from 'yargs';
import type { Terminal } from './terminal/terminal.ts';

/** 0 clean, 1 a leak, 2 could not tell or could not run; `run` also passes on what its application ended with. */
export type ExitCode = number;

type OptionTable = Readonly<Record<string, Options>>;

/** What a command is called with. */
export interface CommandCall<Flags> {
  readonly flags: Flags;
  /** What is no option: files, folders. */
  readonly operands: readonly string[];
  /** The words after `--`; null without one. */
  readonly afterDashes: readonly string[] | null;
  readonly terminal: Terminal;
}

/** A command as the command line knows it, its options no longer typed. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  /** What the help says below the summary, one paragraph each. */
  readonly details: readonly string[];
  readonly examples: readonly (readonly [commandLine: string, effect: string])[];
  readonly options: OptionTable;
  readonly run: (call: CommandCall<Readonly<Record<string, unknown>>>) => Promise<ExitCode>;
}

/** Checks that `run` reads only the options the command has, and as the types they have. */
export function defineCommand<Table extends Record<string, Options>>(
  definition: Omit<Command, 'options' | 'run'> & {
    readonly options: Table;
    readonly run: (call: CommandCall<InferredOptionTypes<Table>>) => Promise<ExitCode>;
  },
): Command {
  return definition as unknown as Command;
}
