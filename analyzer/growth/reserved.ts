import type { PathTree } from './path-tree.ts';
import type { Census } from './census.ts';
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
