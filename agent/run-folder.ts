/** Where a process writes: one folder for an application and all its processes and threads. */
import { dirname, resolve } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

import { dateNow, mkdirSync, readdirSync, statSync } from './primordials.ts';
import { RECORDING_SUFFIX } from './recording.ts';

const PARENT_FOLDER = '.leakwatch';
const PRIVATE_FOLDER = 0o700;

// A parent that records writes at every sample; one that was silent for longer is another process with its pid.
const PARENT_SILENT_AT_MOST_MS = 15_000;

/** The name all files of this process and thread begin with. */
export const FILE_PREFIX = `${process.pid}-${threadId}`;

/**
 * The absolute path of the run folder: the one given, else that of the process (for a worker thread) or of the parent
 * process which records too, else a new one under the working directory.
 */
export function chooseRunFolder(given: string | null, startedAt: number): string {
  if (given !== null) return resolve(given);
  const parents = resolve(PARENT_FOLDER);
  const shared = isMainThread ? liveRunOf(parents, process.ppid) : liveRunOf(parents, process.pid);
  return shared ?? resolve(parents, `${timestamp(startedAt)}-${process.pid}`);
}

/**
 * Makes the folder and its parents, for this user alone. Throws what mkdir throws. Node's own way to make parents never
 * ends where a file system says of a new folder that there is none, as /proc does.
 */
export function makePrivateFolder(folder: string): void {
  if (madeFolder(folder)) return;
  if (dirname(folder) !== folder) makePrivateFolder(dirname(folder));
  makeFolder(folder);
}

/** False when its parent has to be made first. */
function madeFolder(path: string): boolean {
  try {
    makeFolder(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Of the processes of an application several may begin at once. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: PRIVATE_FOLDER });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The newest folder in which the process with this pid is recording now; null when there is none. */
function liveRunOf(parents: string, pid: number): string | null {
  const runs = namesIn(parents).toSorted().toReversed();
  const isLive = (run: string) => wasWrittenLately(resolve(parents, run, `${pid}-0${RECORDING_SUFFIX}`));
  const run = runs.find(isLive);
  return run === undefined ? null : resolve(parents, run);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function wasWrittenLately(file: string): boolean {
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && dateNow() - status.mtimeMs < PARENT_SILENT_AT_MOST_MS;
}

/** Local time would sort wrongly when clocks change: UTC, as in 20261120-201530. */
function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
