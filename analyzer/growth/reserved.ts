import type { PathTree } from './path-tree.ts';
import type { Census } from './census.ts';
import type { Cohorts } from './cohorts.ts';
import type { Holding } from './holders.ts';

const SLOT_BYTES = 8;

/** An array that grows by pushing is never less full than this: V8 makes it half as large again, and shrinks a half empty one. */
const MAX_PUSHED_SLACK = 0.5;

/**
 * Whether the objects fill slots that were set aside before they came, as a ring or a bounded cache does that makes its array
 * at once: the storage never grew, and was less than half full when first seen.
 * @param censuses of one lineage, in the order taken; the last is of `tree`
 */
export function isFillingReserved(holding: Holding, censuses: readonly Census[], tree: PathTree): boolean {
  const [{ node, newObjects }] = holding.holders;
  const id = tree.graph.nodeId[node];
  if (tree.graph.strings.get(tree.graph.nodeName[node]) !== 'Array') return false;
  const [first, ...later] = censuses.map((census) => census.containerBytes.get(id));
  if (first === undefined || later.some((bytes) => bytes !== first)) return false;
  const paths = new Set(holding.group.paths);
  const members = tree.order.reduce(
    (total, member) => total + (tree.holder[member] === node && paths.has(tree.path[member]) ? 1 : 0),
    0,
  );
  return members - newObjects <= (first / SLOT_BYTES) * MAX_PUSHED_SLACK;
}

/**
 * Whether the objects fill fields of objects that were all there before: devices that come on line one after the other, entries
 * of a catalogue that are looked up. Each has one, so that it ends with the last of them, unless the heap were to double until then.
 */
export function isFillingFields(
  { group, holders, bytesByWindow }: Holding,
  { tree, population, heapBytes, labelOf }: Heap,
): boolean {
  const paths = new Set(group.paths);
  if (holders.some(({ node }) => population.windowOfNode[node] > 0)) return false;
  if (holders.some(({ newObjects }) => newObjects > paths.size)) return false;
  let siblings = 0;
  for (const node of tree.order) {
    if (tree.path[node] === group.holderPath) siblings++;
    else if (paths.has(tree.path[node]) && !labelOf(node).startsWith('.')) return false;
  }
  const came = group.steps.reduce((total, step) => total + step, 0);
  const bytes = bytesByWindow.slice(1).reduce((total, value) => total + value, 0);
  const left = siblings * paths.size - group.counts[group.counts.length - 1];
  return siblings > 1 && left * (bytes / came) < heapBytes;
}

/** The last snapshot. */
export interface Heap {
  readonly tree: PathTree;
  readonly population: Cohorts;
  readonly heapBytes: number;
  /** NodeIndex -> by what kind of reference it is held. */
  readonly labelOf: (node: number) => string;
}
