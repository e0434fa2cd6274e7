/** Opens files that somebody named, without ever waiting for a writer that may not come. */
import { constants, openSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { LeakwatchError } from './error.ts';

/** Beside the check: a pipe that takes the file's place just then is not waited for either. Windows has neither. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What the shell has opened already, as for `<(…)`: reading it waits for nobody but that command. */
const OPEN_ALREADY = /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/;

/**
 * Opens a file or folder for reading.
 * @throws LeakwatchError NOT_A_FILE for a pipe, a socket or a device; otherwise as node:fs does
 */
export async function openFile(path: string): Promise<FileHandle> {
  if (OPEN_ALREADY.test(path)) return open(path, 'r');
  refuseSpecial(path, await stat(path));
  return open(path, READ_AT_ONCE);
}

/** The same as a file descriptor; throws like {@link openFile}. */
export function openFileSync(path: string): number {
  refuseSpecial(path, statSync(path));
  return openSync(path, READ_AT_ONCE);
}

/**
 * The text of a file of at most so many bytes, in UTF-8.
 * @returns null when it is larger
 * @throws as {@link openFile}
 */
export async function readText(path: string, maxBytes: number): Promise<string | null> {
  const handle = await openFile(path);
  try {
    return (await handle.stat()).size > maxBytes ? null : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** {@link readText} without a promise. */
export function readTextSync(path: string, maxBytes: number): string | null {
  const status = statSync(path);
  refuseSpecial(path, status);
  return status.size > maxBytes ? null : readFileSync(path, 'utf8');
}

function refuseSpecial(path: string, status: Stats): void {
  if (status.isFile() || status.isDirectory()) return;
  const kind = status.isFIFO() ? 'pipe' : status.isSocket() ? 'socket' : 'device';
  throw new LeakwatchError('NOT_A_FILE', `${path} is a ${kind}, not a file.`);
}
