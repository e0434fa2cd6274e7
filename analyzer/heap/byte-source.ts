import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SnapshotError } from './snapshot-error.ts';

/** Where the bytes of a snapshot come from, already unpacked. */
export interface ByteSource {
  /** How many bytes there will be; null when that is not known before the end. */
  readonly totalBytes: number | null;
  /** Fills `target` from `offset` on and says how many bytes it wrote; 0 at the end. */
  read(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** @throws SnapshotError NOT_FOUND, NOT_READABLE, IS_DIRECTORY, EMPTY */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await openFile(path);
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    await handle.close();
    throw new SnapshotError('IS_DIRECTORY', `${path} is a folder, not a heap snapshot.`);
  }
  if (stat.isFile() && stat.size === 0) {
    await handle.close();
    throw new SnapshotError('EMPTY', `${path} is empty (0 bytes).`);
  }
  return {
    totalBytes: stat.isFile() ? stat.size : null,
    read: async (target, offset) =>
      (await handle.read(target, offset, target.length - offset, null)).bytesRead,
    close: () => handle.close(),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new SnapshotError('NOT_FOUND', `${path} does not exist.`, {}, { cause: error });
    }
    throw new SnapshotError('NOT_READABLE', `${path} cannot be opened (${code}).`, {}, { cause: error });
  }
}
