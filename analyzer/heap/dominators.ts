import { EssentialSearch } from './essential-search.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { treeDominators } from './semi-nca.ts';

/** Who owns whom; from {@link dominatorTree}. */
export interface DominatorTree {
  readonly dominator: Uint32Array; // NodeIndex -> NodeIndex; the root's is the root
  /** Rank -> NodeIndex, each behind its dominator; without what only an unreachable cycle retains. */
  readonly order: Uint32Array;
}

/** {@link dominatorTree}'s dominators: NodeIndex -> NodeIndex; the root's is the root. */
export function immediateDominators(graph: HeapGraph): Uint32Array {
  return dominatorTree(graph).dominator;
}

/**
 * Finds for each node the one through which every path from the root to it leads last, over {@link essentialEdges}. A node
 * without an essential retainer hangs off the root, and so does one that only an unreachable cycle retains.
 *
 * The columns of this are the largest part of what a big heap needs beside itself, so each is taken for something else as soon as
 * its first purpose is over: of the search's, parents end as the order and counts as the dominators.
 */
export function dominatorTree(graph: HeapGraph): DominatorTree {
  const search = new EssentialSearch(graph);
  search.run();
  const { count, numberOf } = search;
  const idom = treeDominators(search);
  const order = search.parent.subarray(0, count);
  const dominator = search.otherCount;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (numberOf[node] !== NONE) order[numberOf[node]] = node;
  }
  for (let node = 0; node < graph.nodeCount; node++) {
    dominator[node] = numberOf[node] === NONE ? 0 : order[idom[numberOf[node]]];
  }
  return { dominator, order };
}
