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

/** Where what {@link pageOwned} names begins: the targets of the root's shortcuts, in Chrome also DOM trees. */
export function pageRoots(graph: HeapGraph): Uint32Array {
  const { edgeType, edgeTo, firstEdge, nodeType } = graph;
  const { edge: edgeTypes, node: nodeTypes } = typeIndex(graph);
  return edgeTo.slice(firstEdge[0], firstEdge[1]).filter((node, index) => {
    const type = edgeType[firstEdge[0] + index];
    if (type === edgeTypes.shortcut) return true;
    return type === edgeTypes.element && nodeType[node] === nodeTypes.synthetic && isDomTrees(graph, node);
  });
}

/**
 * What the program's global objects reach by any but weak edges, as opposed to what only V8 or a debugger holds.
 * @returns NodeIndex -> 1 or 0
 */
export function pageOwned(graph: HeapGraph): Uint8Array {
  const { edgeType, edgeTo, firstEdge } = graph;
  const { weak } = typeIndex(graph).edge;
  const owned = new Uint8Array(graph.nodeCount);
  const pending = new Uint32Array(graph.nodeCount);
  let pendingCount = 0;
  for (const node of pageRoots(graph)) {
    if (owned[node] === 1) continue;
    owned[node] = 1;
    pending[pendingCount++] = node;
  }
  while (pendingCount > 0) {
    const node = pending[--pendingCount];
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      if (owned[to] === 1 || edgeType[edge] === weak) continue;
      owned[to] = 1;
      pending[pendingCount++] = to;
    }
  }
  return owned;
}
