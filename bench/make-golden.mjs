/**
 * Writes what Chrome DevTools' own engine says of the snapshots of make-mixed.mjs, for test/heap/golden.test.ts:
 *
 *     npm run bench:install && node bench/make-golden.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mixedSnapshots } from './make-mixed.mjs';
import { classesInDevTools, compareInDevTools, openInDevTools } from './peers/devtools.mjs';

const OUTPUT = new URL('../test/heap/golden.json', import.meta.url);
const SEEDS = [1, 2, 3];
const NODES = 700;
console.warn = () => {}; // DevTools lists unreachable nodes there

/** As the test sums up its own columns. */
function checksum(column) {
  return column.reduce((sum, value) => (sum * 31 + value + 2 ** 32) % 4294967291, 0);
}

function shallowSizes(snapshot) {
  const node = snapshot.createNode(0);
  return Array.from({ length: snapshot.nodeCount }, (_, ordinal) => {
    node.nodeIndex = ordinal * snapshot.nodeFieldCount;
    return node.selfSize();
  });
}

function figures(snapshot) {
  const classes = Object.entries(classesInDevTools(snapshot));
  return {
    totalBytes: snapshot.totalSize,
    shallow: checksum(shallowSizes(snapshot)),
    dominator: checksum(snapshot.dominatorsTree),
    retained: checksum(snapshot.retainedSizes),
    distance: checksum(snapshot.nodeDistances),
    classes: classes
      .map(([key, one]) => [key, one.count, one.self, one.maxRet, one.distance].join(' '))
      .toSorted(),
  };
}

function changes(base, current) {
  return Object.entries(compareInDevTools(base, current))
    .map(([key, one]) => [key, one.addedCount, one.removedCount, one.addedSize, one.removedSize].join(' '))
    .toSorted();
}

async function goldenOf(seed, folder) {
  const opened = [];
  for (const [index, text] of mixedSnapshots(seed, NODES).entries()) {
    const file = join(folder, `${index}.heapsnapshot`);
    writeFileSync(file, text);
    opened.push(await openInDevTools(file));
  }
  const [base, current] = opened.map(({ snapshot }) => snapshot);
  const golden = {
    seed,
    nodes: NODES,
    base: figures(base),
    current: figures(current),
    changes: changes(base, current),
  };
  for (const { close } of opened) await close();
  return golden;
}

const folder = mkdtempSync(join(tmpdir(), 'leakwatch-golden-'));
const golden = [];
for (const seed of SEEDS) golden.push(await goldenOf(seed, folder));
rmSync(folder, { recursive: true });
writeFileSync(OUTPUT, `${JSON.stringify(golden, null, 1)}\n`);
