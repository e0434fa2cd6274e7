import type { HeapGraph } from './graph.ts';
import { edgeTypesNamedByString, typeIndex } from './type-index.ts';
import { userRoots } from './user-roots.ts';
import { weakMapPairs } from './weak-map-pairs.ts';

/** Distances from here on are of nodes that only V8 itself holds; as in Chrome DevTools. */
export const SYSTEM_DISTANCE = 100_000_000;
/** No path leads to the node. */
export const NO_DISTANCE = -5;

/**
 * Edges between each node and the nearest global object (which has distance 1), as Chrome DevTools counts: first from the
 * program's global objects, then from {@link SYSTEM_DISTANCE} for what only the root reaches. A WeakMap's value
 * is as far as the farther one of table and key.
 * @returns NodeIndex -> edges, or {@link NO_DISTANCE}
 */
export function distances(graph: HeapGraph): Int32Array {
  const distance = new Int32Array(graph.nodeCount).fill(NO_DISTANCE);
  const search = new BreadthFirstSearch(graph, distance);
  const roots = userRoots(graph);
  for (const root of roots) distance[root] = 1;
  search.run([...new Set(roots)]);
  distance[0] = roots.length > 0 ? SYSTEM_DISTANCE : 0;
  search.run([0]);
  return distance;
}

class BreadthFirstSearch {
  private readonly graph: HeapGraph;
  private readonly distance: Int32Array;
  private readonly queue: Uint32Array;
  private readonly passes: (node: number, edge: number) => boolean;

  constructor(graph: HeapGraph, distance: Int32Array) {
    this.graph = graph;
    this.distance = distance;
    this.queue = new Uint32Array(graph.nodeCount);
    this.passes = edgeFilter(graph);
  }

  run(starts: readonly number[]): void {
    const { graph, distance, queue, passes } = this;
    const { firstEdge, edgeTo, edgeType } = graph;
    const weak = typeIndex(graph).edge.weak;
    queue.set(starts);
    let queued = starts.length;
    for (let index = 0; index < queued; index++) {
      const node = queue[index];
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        const to = edgeTo[edge];
        if (edgeType[edge] === weak || distance[to] !== NO_DISTANCE || !passes(node, edge)) continue;
        distance[to] = distance[node] + 1;
        queue[queued++] = to;
      }
    }
  }
}

/** Which edges count as steps; those of WeakMap pairs from the second time on they are asked for. */
function edgeFilter(graph: HeapGraph): (node: number, edge: number) => boolean {
  const { node: nodeTypes, edge: edgeTypes } = typeIndex(graph);
  const sloppyMap = graph.strings.indexOf('sloppy_function_map');
  const nativeContext = graph.strings.indexOf('system / NativeContext');
  const mapDescriptors = graph.strings.indexOf('(map descriptors)');
  const namedByString = edgeTypesNamedByString(graph.edgeTypeNames);
  const pairs = weakMapPairs(graph);
  const pending = new Set<number>();
  return (node, edge) => {
    const name = graph.edgeName[edge];
    const type = graph.nodeType[node];
    const nodeName = graph.nodeName[node];
    const isNamed = namedByString[graph.edgeType[edge]] === 1;
    if (type === nodeTypes.hidden && nodeName === nativeContext && isNamed && name === sloppyMap)
      return false;
    if (type === nodeTypes.array && nodeName === mapDescriptors) {
      return isDescriptorStep(isNamed ? Number.parseInt(graph.strings.get(name), 10) : name);
    }
    if (graph.edgeType[edge] !== edgeTypes.internal) return true;
    const pair = pairs.pairOfName.get(name);
    if (pair === undefined || pending.delete(pair)) return true;
    pending.add(pair);
    return false;
  };
}

/** Maps share descriptor arrays, whose entries need not be valid for each of them (https://crbug.com/413608). */
function isDescriptorStep(index: number): boolean {
  return index < 2 || index % 3 !== 1;
}
