import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { weakMapPairs } from './weak-map-pairs.ts';

/** What an edge's type says of whether it keeps its target alive and may own it. */
export const Holds = { yes: 0, never: 1, fromRootOnly: 2, unlessTables: 3 } as const;

/** Rules that need no more than the edge itself; see {@link essentialEdges} for the others. */
export interface EdgeRules {
  readonly holds: Uint8Array; // Edge type -> Holds
  /** Whether an edge from `node` is a WeakMap's own to one of its values, which the key has an edge to, too. */
  isTables(edge: number, node: number): boolean;
}

export function edgeRules(graph: HeapGraph): EdgeRules {
  const { edgeName, nodeId } = graph;
  const { weak, shortcut, internal } = typeIndex(graph).edge;
  const { isPairName, pairOfName, tableId } = weakMapPairs(graph);
  const holds = new Uint8Array(256);
  if (weak !== -1) holds[weak] = Holds.never;
  if (shortcut !== -1) holds[shortcut] = Holds.fromRootOnly;
  if (internal !== -1 && pairOfName.size > 0) holds[internal] = Holds.unlessTables;
  return {
    holds,
    isTables: (edge, node) =>
      isPairName[edgeName[edge]] === 1 && tableId[pairOfName.get(edgeName[edge])!] === nodeId[node],
  };
}
