import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { LeakwatchError } from '../error.ts';
import { openFile } from '../open-file.ts';
import { SnapshotError } from './snapshot-error.ts';
import { compressionOf, unpacked } from './unpack.ts';

/** Where the bytes of a snapshot come from, already unpacked. */
export interface ByteSource {
  /** How many bytes there will be; null when that is not known before the end. */
  readonly totalBytes: number | null;
  /** Fills `target` from `offset` on and says how many bytes it wrote; 0 at the end. */
  read(target: Uint8Array, offset: number): Promise<number>;
  /** Where the bytes can be read in any order; null where they only come one after the other. */
  readonly file: RandomAccess | null;
  close(): Promise<void>;
}

export interface RandomAccess {
  readonly fd: number;
  /** The offset from which `read` goes on. */
  seek(offset: number): void;
}

/** What `openSource` takes for standard input. */
export const STANDARD_INPUT = '-';

/**
 * Opens a file, plain or packed by gzip or zstd, or standard input for `-`.
 * @throws SnapshotError NOT_FOUND, NOT_READABLE, NOT_A_FILE, IS_DIRECTORY, EMPTY, UNSUPPORTED
 */
export async function openSource(path: string): Promise<ByteSource> {
  if (path === STANDARD_INPUT) return streamSource(process.stdin, path);
  const handle = await openSnapshot(path);
  try {
    const stat = await handle.stat();
    if (stat.isDirectory())
      throw new SnapshotError('IS_DIRECTORY', `${path} is a folder, not a heap snapshot.`);
    if (!stat.isFile()) return await streamSource(handle.createReadStream(), path);
    if (stat.size === 0) throw new SnapshotError('EMPTY', `${path} is empty (0 bytes).`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (compressionOf(buffer.subarray(0, bytesRead)) !== null) {
      return await streamSource(handle.createReadStream({ start: 0 }), path);
    }
    return fileSource(handle, stat.size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileSource(handle: FileHandle, size: number): ByteSource {
  let position = 0;
  return {
    totalBytes: size,
    file: {
      fd: handle.fd,
      seek: (offset) => {
        position = offset;
      },
    },
    read: async (target, offset) => {
      const { bytesRead } = await handle.read(target, offset, target.length - offset, position);
      position += bytesRead;
      return bytesRead;
    },
    close: () => handle.close(),
  };
}

/** Reads a stream, and unpacks it when it begins like a packed one. @throws SnapshotError EMPTY, UNSUPPORTED */
async function streamSource(stream: Readable, name: string): Promise<ByteSource> {
  const packed: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  const first = await packed.next();
  if (first.done === true) throw new SnapshotError('EMPTY', `${name} is empty (0 bytes).`);
  const chunks = unpacked(rest(first.value, packed), compressionOf(first.value), name);
  let current: Uint8Array = new Uint8Array(0);
  return {
    totalBytes: null,
    file: null,
    read: async (target, offset) => {
      while (current.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return 0;
        current = next.value;
      }
      const count = Math.min(current.length, target.length - offset);
      target.set(current.subarray(0, count), offset);
      current = current.subarray(count);
      return count;
    },
    close: async () => {
      stream.destroy();
    },
  };
}

async function* rest(first: Buffer, others: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await others.next(); next.done !== true; next = await others.next()) yield next.value;
}

async function openSnapshot(path: string): Promise<FileHandle> {
  try {
    return await openFile(path);
  } catch (error) {
    if (error instanceof LeakwatchError) throw new SnapshotError('NOT_A_FILE', error.message);
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new SnapshotError('NOT_FOUND', `${path} does not exist.`, {}, { cause: error });
    }
    throw new SnapshotError('NOT_READABLE', `${path} cannot be opened (${code}).`, {}, { cause: error });
  }
}
