import { bitColumn, hasBit, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { pairNames, tableIdOf } from './weak-map-pairs.ts';

/** What an edge's type says of whether it keeps its target alive and may own it. */
export const Holds = { yes: 0, never: 1, fromRootOnly: 2, unlessTables: 3 } as const;

/** Rules that need no more than the edge itself; see {@link essentialEdges} for the others. */
export interface EdgeRules {
  /** Edge type -> Holds, for edges from this node. */
  holdsFrom(node: number): Uint8Array;
  /** Whether an edge from `node` is a WeakMap's own to one of its values, which the key has an edge to, too. */
  isTables(edge: number, node: number): boolean;
}

export function edgeRules(graph: HeapGraph): EdgeRules {
  const { edgeName, nodeId, strings } = graph;
  const { weak, shortcut, internal } = typeIndex(graph).edge;
  const tables = tableNodes(graph);
  const holds = new Uint8Array(256);
  if (weak !== -1) holds[weak] = Holds.never;
  if (shortcut !== -1) holds[shortcut] = Holds.fromRootOnly;
  const holdsFromTable = holds.slice();
  if (internal !== -1) holdsFromTable[internal] = Holds.unlessTables;
  return {
    holdsFrom: (node) => (tables !== null && hasBit(tables, node) ? holdsFromTable : holds),
    isTables: (edge, node) => tableIdOf(strings.get(edgeName[edge])) === nodeId[node],
  };
}

const FILTER_BITS = 16;

/** NodeIndex -> whether a pair's name says that it is a WeakMap's table; null when there is none. */
function tableNodes({ strings, nodeId, nodeCount }: HeapGraph): BitColumn | null {
  const names = pairNames(strings);
  if (names.length === 0) return null;
  const ids = new Set(names.map((name) => lastIdIn(strings.get(name))));
  const filter = new Uint8Array(1 << FILTER_BITS); // a set is too slow to be asked of every node
  for (const id of ids) filter[id & (filter.length - 1)] = 1;
  const tables = bitColumn(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (filter[nodeId[node] & (filter.length - 1)] === 1 && ids.has(nodeId[node])) setBit(tables, node);
  }
  return tables;
}

/** The id with which a pair's name ends; anything when it is none, for {@link tableIdOf} looks closer. */
function lastIdIn(name: string): number {
  return Number(name.slice(name.lastIndexOf('@') + 1, -1));
}
