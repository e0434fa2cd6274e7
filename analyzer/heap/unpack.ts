import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { SnapshotError } from './snapshot-error.ts';

export type Compression = 'gzip' | 'zstd';

/** How bytes that begin like this are packed; null when they are not. */
export function compressionOf(start: Uint8Array): Compression | null {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) return 'zstd';
  return null;
}

/**
 * The unpacked bytes of a stream.
 * @throws SnapshotError UNSUPPORTED at once; while it is read TRUNCATED, MALFORMED when the packing is damaged
 */
export function unpacked(
  chunks: AsyncGenerator<Buffer>,
  compression: Compression | null,
  name: string,
): AsyncIterator<Buffer> {
  if (compression === null) return chunks;
  const stream = decompressor(compression, name);
  pipeline(Readable.from(chunks), stream, () => {}); // who reads the stream is told of faults, and nobody when reading has stopped
  return packingFaults(stream, compression, name);
}

/** Node 22.15 and 23.8 brought zstd. */
interface ZlibWithZstd {
  readonly createZstdDecompress?: () => Transform;
}

function decompressor(compression: Compression, name: string): Transform {
  if (compression === 'gzip') return zlib.createGunzip();
  const { createZstdDecompress } = zlib as ZlibWithZstd;
  if (createZstdDecompress === undefined) {
    throw new SnapshotError(
      'UNSUPPORTED',
      `${name} is packed by zstd, which Node ${process.versions.node} cannot unpack (22.15 and later can): unpack it first.`,
    );
  }
  return createZstdDecompress();
}

async function* packingFaults(
  stream: Transform,
  compression: Compression,
  name: string,
): AsyncGenerator<Buffer> {
  let unpackedBytes = 0;
  try {
    for await (const chunk of stream) {
      unpackedBytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isCut = /unexpected end/i.test(message);
    throw new SnapshotError(
      isCut ? 'TRUNCATED' : 'MALFORMED',
      `${name}: the ${compression} data ${isCut ? 'ends too early' : 'is damaged'}, after ${unpackedBytes} unpacked bytes (${message}).`,
      { offset: unpackedBytes },
      { cause: error },
    );
  }
}
