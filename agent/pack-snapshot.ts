/** The thread that packs a snapshot. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import zlib from 'node:zlib';

import { closeSync, openSync, readSync, renameSync, unlinkSync, writeSync } from './primordials.ts';
import type { Packing } from './snapshot-packing.ts';

export interface PackOrder {
  readonly from: string;
  /** Under this name the packed file is always whole. */
  readonly to: string;
  /** What it is called until then. */
  readonly partial: string;
  readonly packing: Packing;
}

// Each chunk is packed by itself: both formats are a row of such parts, and what is read is never held as a whole.
const CHUNK_BYTES = 4 * 1024 * 1024;

const PRIVATE_FILE = 0o600;

// A third of what the application's threads get where they want all there is; with Node's PRIORITY_LOW it would be a
// seventieth, and packing would never end on a busy machine.
const PRIORITY = 5;

function pack({ from, to, partial, packing }: PackOrder): void {
  // Of this thread alone on Linux. Packed is here rather than in libuv's threads, which the application needs.
  setPriority(PRIORITY);
  const source = openSync(from, 'r');
  const target = openSync(partial, 'wx', PRIVATE_FILE);
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (;;) {
    const bytes = readSync(source, chunk, 0, CHUNK_BYTES, null);
    if (bytes === 0) break;
    writeWhole(target, packed(chunk.subarray(0, bytes), packing));
  }
  closeSync(source);
  closeSync(target);
  renameSync(partial, to);
  unlinkSync(from);
  parentPort?.postMessage('packed', []);
}

/** Node 22.15 and 23.8 brought zstd. */
interface ZlibWithZstd {
  readonly zstdCompressSync?: (bytes: Buffer, options: { readonly params: Record<number, number> }) => Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

// Snapshots become a quarter (gzip) or a fifth (zstd) at the first level already, in a third of the CPU time of the default.
const LEVEL = 1;

function packed(bytes: Buffer, packing: Packing): Buffer {
  if (packing === 'gzip') return zlib.gzipSync(bytes, { level: LEVEL });
  const { zstdCompressSync, constants: parameters } = zlib as ZlibWithZstd;
  const level = parameters.ZSTD_c_compressionLevel;
  if (zstdCompressSync === undefined || level === undefined)
    throw new Error(`Node ${process.versions.node} has no zstd`);
  return zstdCompressSync(bytes, { params: { [level]: LEVEL } });
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(descriptor, bytes, written);
  }
}

pack(workerData as PackOrder);
