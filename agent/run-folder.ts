/** Where a process writes: one folder for an application and all its processes and threads. */
import { resolve } from 'node:path';
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

/** Makes the folder and its parents, for this user alone. Throws what mkdir throws. */
export function makeRunFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
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
