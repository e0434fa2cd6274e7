import { bitColumn, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { pageOwned } from './user-roots.ts';
import { weakMapPairs } from './weak-map-pairs.ts';

/**
 * The edges that keep their target alive and say who owns it, by the rules of Chrome DevTools (`computeIsEssentialEdge`):
 * none that is weak, leads to its own node, or is a shortcut (except the root's, which mark the program's globals); none from
 * V8's own objects into what the program's globals reach; and of the two edges to a WeakMap's value the key's only.
 * @returns EdgeIndex -> bit, see {@link hasBit}
 */
export function essentialEdges(graph: HeapGraph): BitColumn {
  const { edgeType, edgeName, edgeTo, firstEdge, nodeCount } = graph;
  const { weak, shortcut, internal } = typeIndex(graph).edge;
  const { isPairName, pairOfName, tableId } = weakMapPairs(graph);
  const owned = pageOwned(graph);
  const essential = bitColumn(graph.edgeCount);
  for (let node = 0; node < nodeCount; node++) {
    const isRoot = node === 0;
    const mayEnter = isRoot || owned[node] === 1;
    const end = firstEdge[node + 1];
    for (let edge = firstEdge[node]; edge < end; edge++) {
      const to = edgeTo[edge];
      const type = edgeType[edge];
      if (type === weak || to === node || (type === shortcut && !isRoot)) continue;
      if (!mayEnter && owned[to] === 1) continue;
      const name = edgeName[edge];
      if (
        type === internal &&
        isPairName[name] === 1 &&
        tableId[pairOfName.get(name)!] === graph.nodeId[node]
      )
        continue;
      setBit(essential, edge);
    }
  }
  return essential;
}
