import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { LeakwatchError } from '../../analyzer/error.ts';

/** How a process ended: by its own exit code, or by a signal. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The application under observation. Its stdin, stdout and stderr are leakwatch's own, unless it writes into a file. */
export interface AppProcess {
  readonly pid: number;
  /** Resolves once, when the process has ended. */
  readonly ended: Promise<ProcessEnd>;
  /** Null while it runs. */
  readonly end: ProcessEnd | null;
  /** False when the process is gone. */
  signal(signal: NodeJS.Signals): boolean;
  /** Kills what it has started and left behind, where it has a process group of its own. */
  endRest(): void;
}

/** Where an application writes and works; leakwatch's own output and folder by default. */
export interface AppPlace {
  /** For its stdout and stderr. It then has no terminal either, and a process group of its own. */
  readonly outputFile?: string;
  readonly cwd?: string;
}

/**
 * Starts the command.
 * @throws LeakwatchError COMMAND_NOT_FOUND, COMMAND_NOT_STARTED
 */
export async function startApp(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  { outputFile, cwd }: AppPlace = {},
): Promise<AppProcess> {
  const [program, ...args] = command;
  const output = outputFile === undefined ? null : openSync(outputFile, 'a', 0o600);
  const hasGroup = output !== null && process.platform !== 'win32';
  const child = spawn(program, args, {
    stdio: output === null ? 'inherit' : ['ignore', output, output],
    env,
    cwd,
    detached: hasGroup,
  });
  if (output !== null) closeSync(output);
  const ended = endOf(child);
  ended.catch(() => {}); // the fault of a process that never started is told by the next statement
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw startError(program, error as NodeJS.ErrnoException);
  }
  let end: ProcessEnd | null = null;
  return {
    pid: child.pid as number,
    ended: ended.then((how) => (end = how)),
    get end() {
      return end;
    },
    signal: (signal) => child.kill(signal),
    endRest: () => hasGroup && killGroup(child.pid as number, 'SIGKILL'),
  };
}

/** Sends a signal to a process and all that it has started; on Windows to the process alone. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // they have ended by now
  }
}

/** What a shell would report for this end: the exit code, or 128 and the number of the signal. */
export function shellExitCode({ exitCode, signal }: ProcessEnd): number {
  return exitCode ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** `exit code 3`, `killed by SIGSEGV`. */
export function describeEnd({ exitCode, signal }: ProcessEnd): string {
  return signal ? `killed by ${signal}` : `exit code ${exitCode}`;
}

async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { exitCode, signal };
}

function startError(program: string, error: NodeJS.ErrnoException): LeakwatchError {
  if (error.code === 'ENOENT')
    return new LeakwatchError('COMMAND_NOT_FOUND', `The command "${program}" was not found.`, {
      cause: error,
    });
  if (error.code === 'EACCES')
    return new LeakwatchError('COMMAND_NOT_STARTED', `"${program}" is not executable.`, { cause: error });
  return new LeakwatchError('COMMAND_NOT_STARTED', `"${program}" cannot be started: ${error.message}.`, {
    cause: error,
  });
}
