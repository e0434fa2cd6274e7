import type { Confidence } from '../report.ts';
import type { Census } from './census.ts';
import type { Cohorts } from './cohorts.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { PathTree } from './path-tree.ts';

/**
 * A collection of numbers: V8 writes no reference for a small integer, so only the container's own storage shows that it
 * grows. Storage grows by doubling, so a leak that goes on steadily shows a step now and then and not in every window.
 */
export interface GrowingStore {
  readonly node: number; // NodeIndex in the last snapshot
  /** numbers: a collection of them. bytes: one string or buffer that is replaced by ever larger ones. */
  readonly content: 'numbers' | 'bytes';
  /** Per snapshot: bytes of the container's own storage. */
  readonly bytes: readonly number[];
  readonly confidence: Confidence;
}

const MIN_GROWTH_BYTES = 8 * 1024;
const MIN_GROWTH_RATIO = 2; // less than one doubling may be rounding
const MIN_STEPS = 2; // one doubling happens to any table that is being filled
const MAX_STALLED = 3; // with more snapshots the last window must have grown too: a table that is full stays as it is
const VISIBLE_SHARE = 0.1; // of its entries held by references: then the objects tell, and the storage need not

/**
 * Containers that were there from the first snapshot, never shrank, and outgrew themselves more than once.
 * @param censuses three or more, of one lineage, in the order taken; the last is of `tree`
 */
export function growingStores(
  censuses: readonly Census[],
  tree: PathTree,
  population: Cohorts,
): GrowingStore[] {
  const last = censuses[censuses.length - 1];
  const grown = new Map<number, readonly number[]>();
  for (const [id, bytes] of last.containerBytes) {
    if (bytes < MIN_GROWTH_BYTES || !censuses[0].alive.has(id)) continue;
    const series = censuses.map((census) => census.containerBytes.get(id) ?? 0);
    if (isSteady(series)) grown.set(id, series);
  }
  if (grown.size === 0) return [];
  return tree.order.reduce<GrowingStore[]>((found, node) => {
    const bytes = grown.get(tree.graph.nodeId[node]);
    if (!bytes || population.windowOfNode[node] !== 0) return found;
    if (holdsNumbers(tree.graph, node, bytes[bytes.length - 1]))
      found.push({ node, bytes, content: 'numbers', confidence: confidenceOf(bytes, NUMBERS_REASON) });
    return found;
  }, []);
}

/** The same for single strings and buffers, which are replaced rather than grown: found by their path. */
export function growingBulk(
  censuses: readonly Census[],
  tree: PathTree,
  population: Cohorts,
): GrowingStore[] {
  const last = censuses[censuses.length - 1];
  const grown = new Map<number, readonly number[]>();
  for (const path of last.bulkBytes.keys()) {
    const isSingle = population.count.every((count) => count[path] <= MAX_SINGLES);
    const series = censuses.map((census) => census.bulkBytes.get(path) ?? 0);
    if (isSingle && series[series.length - 1] >= MIN_BULK_GROWTH_BYTES && isSteady(series))
      grown.set(path, series);
  }
  const largest = new Map<number, number>(); // PathIndex -> NodeIndex
  for (const node of grown.size === 0 ? [] : tree.order) {
    const path = tree.path[node];
    const best = largest.get(path);
    if (grown.has(path) && (best === undefined || tree.ownBytes[best] < tree.ownBytes[node]))
      largest.set(path, node);
  }
  return Array.from(largest, ([path, node]) => {
    const bytes = grown.get(path)!;
    return { node, bytes, content: 'bytes', confidence: confidenceOf(bytes, BYTES_REASON) };
  });
}

const MAX_SINGLES = 4; // more on one path are a collection, whose number tells
const MIN_BULK_GROWTH_BYTES = 64 * 1024;

function isSteady(bytes: readonly number[]): boolean {
  const growth = bytes[bytes.length - 1] - bytes[0];
  const isShrinking = bytes.some((value, index) => index > 0 && value < bytes[index - 1]);
  if (isShrinking || growth < MIN_GROWTH_BYTES || bytes[bytes.length - 1] < bytes[0] * MIN_GROWTH_RATIO)
    return false;
  const isStalled = bytes.length > MAX_STALLED && bytes[bytes.length - 1] === bytes[bytes.length - 2];
  return !isStalled && stepsOf(bytes) >= MIN_STEPS;
}

const stepsOf = (bytes: readonly number[]) =>
  bytes.filter((value, index) => index > 0 && value > bytes[index - 1]).length;

/** A container with a table of its own, which refers to next to nothing. Keys that other paths reach as well count too. */
function holdsNumbers(graph: HeapGraph, container: number, bytes: number): boolean {
  const array = graph.nodeTypeNames.indexOf('array');
  let tableBytes = 0;
  let references = 0;
  let entries = 0;
  for (let edge = graph.firstEdge[container]; edge < graph.firstEdge[container + 1]; edge++) {
    const to = graph.edgeTo[edge];
    if (graph.nodeType[to] !== array) continue;
    tableBytes += graph.selfSize[to];
    references += graph.firstEdge[to + 1] - graph.firstEdge[to];
    const slots = graph.selfSize[to] / SLOT_BYTES;
    entries += graph.strings.get(graph.edgeName[edge]) === 'table' ? slots / SLOTS_PER_ENTRY : slots;
  }
  return tableBytes >= bytes / 2 && references <= entries * VISIBLE_SHARE;
}

const SLOT_BYTES = 8;
const SLOTS_PER_ENTRY = 3.5; // of a Map: seven for each bucket, of which there is one for two entries

const NUMBERS_REASON = 'it holds numbers, which a snapshot does not show';
const BYTES_REASON = 'each copy was larger than the one before';

function confidenceOf(bytes: readonly number[], reason: string): Confidence {
  const steps = stepsOf(bytes);
  const windows = bytes.length - 1;
  return {
    level: 'medium',
    score: steps === windows ? 0.75 : 0.65,
    reasons: [`its storage grew in ${steps} of ${windows} windows and never shrank`, reason],
    missing: ['more snapshots over a longer time: the storage of a collection that fills up grows as well'],
  };
}
