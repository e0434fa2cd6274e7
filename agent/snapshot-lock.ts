/** Keeps the processes and threads of one run from pausing for a snapshot at the same time. */
import { join } from 'node:path';

import {
  closeSync,
  dateNow,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from './primordials.ts';

const LOCK_FILE = 'snapshot.lock';
const PRIVATE_FILE = 0o600;

// No snapshot takes this long; a lock that does belongs to a thread that was terminated while it held it.
const STALE_MS = 30 * 60_000;

/** Takes the run folder's lock and returns what releases it; null while another one holds it. Throws when it cannot be written. */
export function tryLock(folder: string): (() => void) | null {
  const path = join(folder, LOCK_FILE);
  if (isHeld(path)) return null;
  try {
    const descriptor = openSync(path, 'wx', PRIVATE_FILE);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  return () => removeIfThere(path);
}

/** Whether a live holder is there; a lock left by a killed process is removed. */
function isHeld(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return false;
  if (dateNow() - status.mtimeMs < STALE_MS && isAlive(holderOf(path))) return true;
  removeIfThere(path);
  return false;
}

/** The pid in the lock; 0 when the lock has just gone, or its holder has not written it yet. */
function holderOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone with its folder, or removed by another process that found it stale too.
  }
}
