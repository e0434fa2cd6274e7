import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSnapshots, distances, openHeap, summarizeClasses } from '../../analyzer/heap/index.ts';
import type { Heap } from '../../analyzer/heap/index.ts';
import { mixedSnapshots } from '../../bench/make-mixed.mjs';
import golden from './golden.json';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-golden-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As bench/make-golden.mjs sums up the columns of Chrome DevTools. */
function checksum(column: Int32Array | Uint32Array | Float64Array): number {
  let sum = 0;
  for (const value of column) sum = (sum * 31 + value + 2 ** 32) % 4294967291;
  return sum;
}

function figures({ graph, shallow, dominator, retained, classes }: Heap): unknown {
  const distance = distances(graph);
  const summary = summarizeClasses(graph, classes, { shallow, dominator, retained, distance });
  return {
    totalBytes: retained[0],
    shallow: checksum(shallow),
    dominator: checksum(dominator),
    retained: checksum(retained),
    distance: checksum(distance),
    classes: summary
      .map((one) => [one.key, one.objectCount, one.shallowBytes, one.retainedBytes, one.distance].join(' '))
      .toSorted(),
  };
}

describe('Chrome DevTools says the same', () => {
  it.each(golden)('of the snapshots with seed $seed', async ({ seed, nodes, base, current, changes }) => {
    const heaps: Heap[] = [];
    for (const [index, text] of mixedSnapshots(seed, nodes).entries()) {
      const file = join(folder, `${seed}-${index}.heapsnapshot`);
      writeFileSync(file, text);
      heaps.push(await openHeap(file));
    }
    expect(figures(heaps[0])).toEqual(base);
    expect(figures(heaps[1])).toEqual(current);
    const ours = compareSnapshots(heaps[0].graph, heaps[1].graph).map((one) =>
      [one.key, one.addedCount, one.removedCount, one.addedBytes, one.removedBytes].join(' '),
    );
    expect(ours.toSorted()).toEqual(changes);
  });
});
