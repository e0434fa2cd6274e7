import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { pageOwned } from './user-roots.ts';
import { weakMapPairs } from './weak-map-pairs.ts';

/**
 * The edges that keep their target alive and say who owns it, by the rules of Chrome DevTools (`computeIsEssentialEdge`):
 * none that is weak, leads to its own node, or is a shortcut (except the root's, which mark the program's globals); none from
 * V8's own objects into what the program's globals reach; and of the two edges to a WeakMap's value the key's only.
 * @returns EdgeIndex -> 1 or 0
 */
export function essentialEdges(graph: HeapGraph): Uint8Array {
  const { edgeType, edgeTo, firstEdge, nodeCount } = graph;
  const { weak, shortcut } = typeIndex(graph).edge;
  const owned = pageOwned(graph);
  const essential = new Uint8Array(graph.edgeCount);
  for (let node = 0; node < nodeCount; node++) {
    const isRoot = node === 0;
    const crosses = isRoot || owned[node] === 1;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      const type = edgeType[edge];
      if (type === weak || to === node || (type === shortcut && !isRoot)) continue;
      if (crosses || owned[to] === 0) essential[edge] = 1;
    }
  }
  dropTableEdges(graph, essential);
  return essential;
}

function dropTableEdges(graph: HeapGraph, essential: Uint8Array): void {
  const pairs = weakMapPairs(graph);
  if (pairs.isEmpty) return;
  const internal = typeIndex(graph).edge.internal;
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
      if (graph.edgeType[edge] !== internal) continue;
      const pair = pairs.pairOfName.get(graph.edgeName[edge]);
      if (pair !== undefined && pairs.tableId[pair] === graph.nodeId[node]) essential[edge] = 0;
    }
  }
}
