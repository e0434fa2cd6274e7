import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli', 'main.js');

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** How a command ended, and all it said. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built leakwatch, as a user would from a shell. */
export function startLeakwatch(
  args: readonly string[],
  { cwd = ROOT, env = {} }: CommandOptions = {},
): ChildProcess {
  if (!existsSync(CLI)) throw new Error('leakwatch is not built; `npm run build` does it');
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the built leakwatch to its end. */
export async function leakwatch(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return resultOf(startLeakwatch(args, options));
}

export async function resultOf(child: ChildProcess): Promise<CommandResult> {
  const [[exitCode, signal], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { exitCode, signal, stdout, stderr };
}
