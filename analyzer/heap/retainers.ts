import type { HeapGraph } from './graph.ts';

/** Edges by the node they point to: those of node n are retainerEdge[i] for firstRetainer[n] <= i < firstRetainer[n + 1]. */
export interface Retainers {
  readonly firstRetainer: Uint32Array; // NodeIndex (+ 1) -> RetainerIndex
  readonly retainerEdge: Uint32Array; // RetainerIndex -> EdgeIndex, ascending per node
  readonly retainerNode: Uint32Array; // RetainerIndex -> NodeIndex the edge comes from
}

/** All edges of the graph, weak ones too, sorted by target; 8 bytes per edge. */
export function retainers(graph: HeapGraph): Retainers {
  const firstRetainer = firstIncoming(graph);
  const next = firstRetainer.slice(0, graph.nodeCount);
  const retainerEdge = new Uint32Array(graph.edgeCount);
  const retainerNode = new Uint32Array(graph.edgeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
      const slot = next[graph.edgeTo[edge]]++;
      retainerEdge[slot] = edge;
      retainerNode[slot] = node;
    }
  }
  return { firstRetainer, retainerEdge, retainerNode };
}

function firstIncoming(graph: HeapGraph): Uint32Array {
  const first = new Uint32Array(graph.nodeCount + 1);
  for (let edge = 0; edge < graph.edgeCount; edge++) first[graph.edgeTo[edge] + 1]++;
  for (let node = 0; node < graph.nodeCount; node++) first[node + 1] += first[node];
  return first;
}
