import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openHeap } from '../../analyzer/heap/index.ts';
import { indexPath, loadIndex } from '../../analyzer/heap/heap-index.ts';
import { snapshotParts, snapshotText } from './snapshot-text.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-index-'));
  path = join(folder, 'a.heapsnapshot');
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  rmSync(indexPath(path), { force: true });
  writeFileSync(path, snapshotText());
  await openHeap(path, { index: true });
});

/** Everything a heap says, to be compared. */
function contentOf({ graph, ...columns }: Awaited<ReturnType<typeof openHeap>>): unknown {
  const strings = Array.from({ length: graph.strings.count }, (_, index) => graph.strings.get(index));
  return { ...graph, strings, locations: { ...graph.locations }, ...columns };
}

describe('the index of a snapshot', () => {
  it('opens as the same heap, and is readable by its owner only', async () => {
    expect(contentOf((await loadIndex(path))!)).toEqual(contentOf(await openHeap(path)));
    expect(statSync(indexPath(path)).mode & 0o777).toBe(0o600);
  });

  it('is written only when asked for', async () => {
    rmSync(indexPath(path));
    await openHeap(path);
    expect(existsSync(indexPath(path))).toBe(false);
    expect(await loadIndex(path)).toBeNull();
  });

  it('is stale when the snapshot changed, and made anew', async () => {
    const parts = snapshotParts();
    parts.nodes[3 * 7 + 3] = 33;
    writeFileSync(path, snapshotText(parts));
    expect(await loadIndex(path)).toBeNull();
    const { graph } = await openHeap(path, { index: true });
    expect(graph.selfSize[3]).toBe(33);
    expect((await loadIndex(path))!.graph.selfSize[3]).toBe(33);
  });

  it('is thrown away wherever it is damaged or cut', async () => {
    const whole = readFileSync(indexPath(path));
    for (let offset = 0; offset < whole.length; offset += 7) {
      const damaged = Buffer.from(whole);
      damaged[offset] ^= 0x15;
      writeFileSync(indexPath(path), damaged);
      const heap = await loadIndex(path);
      expect([offset, heap === null ? null : contentOf(heap)]).toEqual([offset, null]);
      writeFileSync(indexPath(path), whole.subarray(0, offset));
      expect(await loadIndex(path)).toBeNull();
    }
    expect(contentOf(await openHeap(path, { index: true }))).toEqual(contentOf(await openHeap(path)));
  });

  it('may have bytes behind it', async () => {
    appendFileSync(indexPath(path), 'more');
    expect(await loadIndex(path)).not.toBeNull();
  });

  it('is done without where it cannot be written', async () => {
    rmSync(indexPath(path));
    mkdirSync(indexPath(path));
    const { graph } = await openHeap(path, { index: true });
    expect(graph.nodeCount).toBe(4);
    expect(readdirSync(folder).toSorted()).toEqual(['a.heapsnapshot', 'a.heapsnapshot.index']);
    rmSync(indexPath(path), { recursive: true });
  });
});
