/**
 * Everyone's way to the same job: load a snapshot, find dominators and retained sizes, rank the classes by retained size.
 * A comparison loads two snapshots and counts per class what came and went; null where an engine has none.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const TOP = 20;

// loaded by whom it is for: it would be in everybody's memory
const devtools = {
  job: async (file) => (await import('./devtools.mjs')).job(file),
  comparison: async (base, current) => (await import('./devtools.mjs')).comparison(base, current),
};

const leakwatch = {
  async job(file) {
    const heap = require('../../dist/analyzer/heap/index.js');
    const opened = await heap.openHeap(file);
    return heap.summarizeClasses(opened.graph, opened.classes, opened).slice(0, TOP);
  },
  async comparison(base, current) {
    const heap = require('../../dist/analyzer/heap/index.js');
    return heap.compareSnapshots(await heap.readSnapshot(base), await heap.readSnapshot(current));
  },
};

const leakwatchWithIndex = {
  isExtra: true, // not in the table of all
  async job(file) {
    const heap = require('../../dist/analyzer/heap/index.js');
    return (await heap.openHeap(file, { index: true })).graph.nodeCount;
  },
  comparison: null,
};

const memlab = {
  async job(file) {
    const { analysis, utils } = require('@memlab/core');
    const snapshot = await utils.getSnapshotFromFile(file, { buildNodeIdIndex: true });
    analysis.preparePathFinder(snapshot);
    const idsByClass = new Map();
    snapshot.nodes.forEach((node) => {
      const key = node.type === 'object' || node.type === 'native' ? node.name : node.type;
      if (!idsByClass.has(key)) idsByClass.set(key, new Set());
      idsByClass.get(key).add(node.id);
    });
    const sizes = [...idsByClass].map(([name, ids]) => [
      name,
      utils.aggregateDominatorMetrics(
        ids,
        snapshot,
        () => true,
        (node) => node.retainedSize,
      ),
    ]);
    return sizes.toSorted((left, right) => right[1] - left[1]).slice(0, TOP);
  },
  comparison: null,
};

const vscode = {
  async job(file) {
    const { decode_bytes: decode } = require('@vscode/v8-heap-parser');
    return decode(readFileSync(file))
      .get_class_groups(0, TOP, false)
      .map((group) => [group.name(), group.retained_size]);
  },
  comparison: null,
};

const heapsnapshotParser = {
  async job(file) {
    return require('heapsnapshot-parser').parse(readFileSync(file, { encoding: 'utf8' })).nodes.length;
  },
  comparison: null,
};

/** Calls `look` with each megabyte of the file. */
function eachChunk(file, look) {
  const descriptor = openSync(file);
  const chunk = Buffer.alloc(1 << 20);
  for (let count = readSync(descriptor, chunk); count > 0; count = readSync(descriptor, chunk))
    look(chunk, count);
  closeSync(descriptor);
}

const read = {
  async job(file) {
    eachChunk(file, () => {});
  },
  comparison: null,
};

const countCommas = {
  async job(file) {
    let commas = 0;
    eachChunk(file, (chunk, count) => {
      for (let index = 0; index < count; index++) if (chunk[index] === 0x2c) commas++;
    });
    return commas;
  },
  comparison: null,
};

/** Name -> engine, in the order of the table; the first is what the others are measured by. */
export const contestants = {
  'Chrome DevTools': devtools,
  leakwatch,
  'leakwatch with index': leakwatchWithIndex,
  memlab,
  "VS Code's (Rust)": vscode,
  'heapsnapshot-parser (parse only)': heapsnapshotParser,
  'floor: read': read,
  'floor: count commas': countCommas,
};
