import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';

const DOM_TREES = '(Document DOM trees)';

/** Nodes the root points to that belong to the program and not to V8: global objects, in Chrome also DOM trees; each once. */
export function userRoots(graph: HeapGraph): Uint32Array {
  const { synthetic } = typeIndex(graph).node;
  const { nodeType, edgeTo, firstEdge } = graph;
  const isMet = new Uint8Array(graph.nodeCount);
  return edgeTo.slice(firstEdge[0], firstEdge[1]).filter((node) => {
    if (isMet[node] === 1) return false;
    isMet[node] = 1;
    return nodeType[node] !== synthetic || isDomTrees(graph, node);
  });
}

function isDomTrees(graph: HeapGraph, node: number): boolean {
  return graph.strings.get(graph.nodeName[node]) === DOM_TREES;
}

/**
 * What the program's global objects reach by any but weak edges, as opposed to what only V8 or a debugger holds.
 * @returns NodeIndex -> 1 or 0
 */
export function pageOwned(graph: HeapGraph): Uint8Array {
  const { edgeType, edgeTo, firstEdge } = graph;
  const { edge: edgeTypes, node: nodeTypes } = typeIndex(graph);
  const owned = new Uint8Array(graph.nodeCount);
  const pending = new Uint32Array(graph.nodeCount);
  let pendingCount = 0;
  for (let edge = firstEdge[0]; edge < firstEdge[1]; edge++) {
    const node = edgeTo[edge];
    const isDomRoot =
      edgeType[edge] === edgeTypes.element &&
      graph.nodeType[node] === nodeTypes.synthetic &&
      isDomTrees(graph, node);
    if (owned[node] === 1 || (edgeType[edge] !== edgeTypes.shortcut && !isDomRoot)) continue;
    owned[node] = 1;
    pending[pendingCount++] = node;
  }
  while (pendingCount > 0) {
    const node = pending[--pendingCount];
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      if (owned[to] === 1 || edgeType[edge] === edgeTypes.weak) continue;
      owned[to] = 1;
      pending[pendingCount++] = to;
    }
  }
  return owned;
}
