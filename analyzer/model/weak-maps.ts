import type { HeapGraph } from '../heap/graph.ts';
import { tableIdOf } from '../heap/weak-map-pairs.ts';

/** The WeakMap that holds a value for a key, as far as the snapshot tells; else -1. Goes through all edges. */
export function weakMapOf(graph: HeapGraph, key: number, value: number): number {
  const tableId = tableIdBetween(graph, key, value);
  if (tableId === null) return -1;
  const { firstEdge, edgeTo, edgeType, edgeName, nodeId, nodeCount, strings } = graph;
  const internal = graph.edgeTypeNames.indexOf('internal');
  const table = strings.indexOf('table');
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const isTable = edgeType[edge] === internal && edgeName[edge] === table;
      if (isTable && nodeId[edgeTo[edge]] === tableId) return node;
    }
  }
  return -1;
}

function tableIdBetween(graph: HeapGraph, key: number, value: number): number | null {
  const { firstEdge, edgeTo, edgeType, edgeName, strings } = graph;
  const internal = graph.edgeTypeNames.indexOf('internal');
  for (let edge = firstEdge[key]; edge < firstEdge[key + 1]; edge++) {
    if (edgeTo[edge] !== value || edgeType[edge] !== internal) continue;
    const id = tableIdOf(strings.get(edgeName[edge]));
    if (id !== null) return id;
  }
  return null;
}
