import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describeEnd, killGroup, shellExitCode } from './app-process.ts';
import type { ProcessEnd } from './app-process.ts';

const SHORTEST_ROUND_MS = 1000; // a load that ends at once is not restarted in a busy loop
const STOP_GRACE_MS = 3000;
const QUOTED_LINES = 3;

export interface LoadOptions {
  /** A shell command; `$PORT` is the port the application listens on. */
  readonly command: string;
  readonly port: number;
  readonly logFile: string;
  /** Start it again whenever it ends well. */
  readonly repeat: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Where it is started. */
  readonly cwd: string;
}

/** The load while it goes. */
export interface Load {
  /** Resolves when it ended by itself for good: null when it went well, a sentence when it failed. */
  readonly over: Promise<string | null>;
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Starts the load, with its output in `logFile` and the packages' commands in its PATH. */
export function startLoad(options: LoadOptions): Load {
  const log = openSync(options.logFile, 'a', 0o600);
  let stopped = false;
  let round = startRound(options, log);
  const over = repeatRounds();
  return { over, stop };

  async function repeatRounds(): Promise<string | null> {
    try {
      for (;;) {
        const startedAt = Date.now();
        const end = await round.ended;
        if (stopped) return null;
        if (shellExitCode(end) !== 0) return failureSentence(end, options.logFile);
        if (!options.repeat) return null;
        await sleep(SHORTEST_ROUND_MS - (Date.now() - startedAt));
        if (stopped) return null;
        round = startRound(options, log);
      }
    } finally {
      closeSync(log);
    }
  }

  async function stop(): Promise<void> {
    stopped = true;
    round.kill('SIGTERM');
    const last = setTimeout(() => round.kill('SIGKILL'), STOP_GRACE_MS);
    await over;
    clearTimeout(last);
  }
}

/** `$PORT` and `${PORT}` replaced, also where no shell does it. */
export const withPort = (text: string, port: number): string =>
  text.replaceAll(/\$\{PORT\}|\$PORT\b/g, String(port));

interface Round {
  readonly ended: Promise<ProcessEnd>;
  kill(signal: NodeJS.Signals): void;
}

// In a process group of its own: a Ctrl-C in the terminal does not reach it, and its children end together with it.
function startRound({ command, port, env, cwd }: LoadOptions, log: number): Round {
  const child = spawn(withPort(command, port), {
    cwd,
    shell: true,
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
    env: { ...env, PORT: String(port), PATH: [...commandFolders(cwd), env.PATH].join(delimiter) },
  });
  return {
    ended: once(child, 'exit').then(([exitCode, signal]) => ({ exitCode, signal })),
    kill: (signal) => child.pid !== undefined && killGroup(child.pid, signal),
  };
}

/** The folders of a package's commands, from `folder` up to the root, as npm would put them into the PATH. */
function commandFolders(folder: string): string[] {
  const here = resolve(folder);
  const above = dirname(here);
  return [join(here, 'node_modules', '.bin'), ...(above === here ? [] : commandFolders(above))];
}

function failureSentence(end: ProcessEnd, logFile: string): string {
  const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-QUOTED_LINES).join(' / ');
  return `The load failed (${describeEnd(end)})${said ? `: ${said}` : ' and said nothing'}`;
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, Math.max(0, durationMs)));
}
