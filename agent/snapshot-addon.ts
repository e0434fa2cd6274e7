/** Finds and loads the native part, which makes a forked copy of this process: see native/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { reasonOf } from './complain.ts';
import { readFileSync } from './primordials.ts';

export interface Addon {
  /**
   * Makes a copy of this process, in which this thread alone goes on, cut off from every file and socket.
   * @returns the copy's process id, 0 in the copy, or a negative errno where there is no copy
   */
  fork(memoryBytes: number, cpuSeconds: number, wallSeconds: number): number;
  /** Ends the copy at once; does nothing elsewhere. */
  exit(code: number): void;
  /** How the copy ended, which may be asked once; null while it lives. */
  reap(pid: number): EndedCopy | null;
  /** How many other threads of this process run at this moment; -1 where the kernel does not tell. */
  busyThreads(): number;
  readonly pageBytes: number;
}

export interface EndedCopy {
  /** -1 when a signal ended it, or when nobody knows. */
  readonly exitCode: number;
  /** The signal's number; 0 when none ended it. */
  readonly signal: number;
  /** The most memory it had at a time, what it shared with this process included. */
  readonly peakBytes: number;
}

export type LoadedAddon =
  { readonly addon: Addon; readonly missing: null } | { readonly addon: null; readonly missing: string };

/** Beside this folder in the sources, and beside `dist` in the package. */
const FOLDERS = [join(__dirname, '..', 'prebuilds'), join(__dirname, '..', '..', 'prebuilds')];

/** The addon, or one sentence why there is none. Never throws. */
export function loadAddon(): LoadedAddon {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return none(`a process cannot be copied on ${name}`);
  try {
    const target = `${name}-${isMusl() ? 'musl' : 'glibc'}`;
    const file = FOLDERS.map((folder) => join(folder, target, 'leakwatch.node')).find((path) =>
      existsSync(path),
    );
    if (file === undefined) return none(`the native part was not built for ${target}`);
    const loaded = { exports: {} };
    process.dlopen(loaded, file);
    return { addon: loaded.exports as Addon, missing: null };
  } catch (error) {
    return none(`the native part cannot be loaded: ${reasonOf(error).split('\n')[0]}`);
  }
}

/** Whether Node itself was ever copied on a machine of this kind; on others somebody has to ask for it. */
export function isTriedHere(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && !isMusl();
}

function none(missing: string): LoadedAddon {
  return { addon: null, missing };
}

/** Musl is mapped into its programs as their loader; a report would tell, too, but takes milliseconds and opens sockets' names. */
function isMusl(): boolean {
  return readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-');
}
