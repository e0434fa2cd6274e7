import { bitColumn, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import { edgeRules, Holds } from './edge-rules.ts';
import type { HeapGraph } from './graph.ts';
import { pageOwned } from './user-roots.ts';

/**
 * The edges that keep their target alive and say who owns it, by the rules of Chrome DevTools (`computeIsEssentialEdge`):
 * none that is weak, leads to its own node, or is a shortcut (except the root's, which mark the program's globals); none from
 * V8's own objects into what the program's globals reach; and of the two edges to a WeakMap's value the key's only.
 * {@link dominatorTree} follows the same rules as it goes.
 * @returns EdgeIndex -> bit, see {@link hasBit}
 */
export function essentialEdges(graph: HeapGraph): BitColumn {
  const { edgeType, edgeTo, firstEdge, nodeCount } = graph;
  const { holdsFrom, isTables } = edgeRules(graph);
  const owned = pageOwned(graph);
  const essential = bitColumn(graph.edgeCount);
  for (let node = 0; node < nodeCount; node++) {
    const isRoot = node === 0;
    const mayEnter = isRoot || owned[node] === 1;
    const holds = holdsFrom(node);
    const end = firstEdge[node + 1];
    for (let edge = firstEdge[node]; edge < end; edge++) {
      const to = edgeTo[edge];
      const rule = holds[edgeType[edge]];
      if (to === node || rule === Holds.never || (rule === Holds.fromRootOnly && !isRoot)) continue;
      if (!mayEnter && owned[to] === 1) continue;
      if (rule === Holds.unlessTables && isTables(edge, node)) continue;
      setBit(essential, edge);
    }
  }
  return essential;
}
