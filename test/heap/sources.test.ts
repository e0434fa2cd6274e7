import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../analyzer/heap/index.ts';
import { snapshotParts, snapshotText } from './snapshot-text.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** `"hello"` as one uncompressed zstd frame would be longer to build: this is the frame of an empty input. */
const EMPTY_ZSTD = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00);
const packZstd = (zlib as { zstdCompressSync?: (content: Buffer) => Buffer }).zstdCompressSync;

describe('a packed snapshot', () => {
  it('is unpacked by its first bytes, whatever its name', async () => {
    const graph = await readSnapshot(file('packed.heapsnapshot', zlib.gzipSync(snapshotText())));
    expect([...graph.nodeId]).toEqual([1, 3, 5, 7]);
  });

  it('is refused when the packing is cut or damaged', async () => {
    const packed = zlib.gzipSync(snapshotText());
    await expect(readSnapshot(file('cut.gz', packed.subarray(0, -12)))).rejects.toMatchObject({
      code: 'TRUNCATED',
    });
    packed.fill(0xff, 40, 60);
    await expect(readSnapshot(file('damaged.gz', packed))).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('is told by what is inside', async () => {
    await expect(readSnapshot(file('text.gz', zlib.gzipSync('hello')))).rejects.toMatchObject({
      code: 'NOT_A_SNAPSHOT',
    });
  });

  it.runIf(packZstd)('is unpacked when it is zstd', async () => {
    const graph = await readSnapshot(file('packed.zst', packZstd!(Buffer.from(snapshotText()))));
    expect([...graph.nodeId]).toEqual([1, 3, 5, 7]);
  });

  it.runIf(!packZstd)('is refused when it is zstd and this Node has none', async () => {
    await expect(readSnapshot(file('packed.zst', EMPTY_ZSTD))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

describe('a snapshot too large for memory', () => {
  it('is refused before it is loaded, with what it needs and what there is', async () => {
    const path = file('large.heapsnapshot', snapshotText());
    await expect(readSnapshot(path, { memoryLimitBytes: 100 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringMatching(/needs about .* GB .* there is 0\.0 GB/),
    });
  });

  it('is refused when it only claims to be, and its length is not known', async () => {
    const parts = snapshotParts();
    parts.snapshot.node_count = 4_000_000_000;
    const packed = zlib.gzipSync(snapshotText(parts));
    await expect(readSnapshot(file('claim.gz', packed))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
