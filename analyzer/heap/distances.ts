import type { HeapGraph } from './graph.ts';
import { edgeLabel, typeIndex } from './type-index.ts';
import { userRoots } from './user-roots.ts';
import { weakMapPairs } from './weak-map-pairs.ts';
import type { WeakMapPairs } from './weak-map-pairs.ts';

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
  search.run(roots);
  distance[0] = roots.length > 0 ? SYSTEM_DISTANCE : 0;
  search.run(Uint32Array.of(0));
  return distance;
}

class BreadthFirstSearch {
  private readonly graph: HeapGraph;
  private readonly distance: Int32Array;
  private readonly queue: Uint32Array;
  private readonly pairs: WeakMapPairs;
  private readonly metOnce = new Set<number>(); // PairIndexes

  constructor(graph: HeapGraph, distance: Int32Array) {
    this.graph = graph;
    this.distance = distance;
    this.queue = new Uint32Array(graph.nodeCount);
    this.pairs = weakMapPairs(graph);
  }

  run(starts: Uint32Array): void {
    const { graph, distance, queue } = this;
    const { firstEdge, edgeTo, edgeType, edgeName } = graph;
    const { isPairName } = this.pairs;
    const { weak, internal } = typeIndex(graph).edge;
    const specialOf = specialNodes(graph);
    queue.set(starts);
    let queued = starts.length;
    for (let index = 0; index < queued; index++) {
      const node = queue[index];
      const end = firstEdge[node + 1];
      const special = specialOf(node);
      for (let edge = firstEdge[node]; edge < end; edge++) {
        const to = edgeTo[edge];
        if (distance[to] !== NO_DISTANCE || edgeType[edge] === weak || special?.isStep(edge) === false)
          continue;
        const mayBePair = edgeType[edge] === internal && special?.hasNoPairs !== true;
        if (mayBePair && isPairName[edgeName[edge]] === 1 && this.isFirstOfPair(edgeName[edge])) continue;
        distance[to] = distance[node] + 1;
        queue[queued++] = to;
      }
    }
  }

  /** Says true the first time it is asked for one of a pair's edges, false the second. */
  private isFirstOfPair(name: number): boolean {
    const pair = this.pairs.pairOfName.get(name)!;
    if (this.metOnce.delete(pair)) return false;
    this.metOnce.add(pair);
    return true;
  }
}

/** A node of which some edges are no steps though they are not weak. */
interface SpecialNode {
  isStep(edge: number): boolean;
  /** Edges named as a WeakMap's pair are steps as all others are. */
  readonly hasNoPairs: boolean;
}

/** A global object's map of sloppy functions is no step, nor are descriptors in which maps keep more than their own. */
function specialNodes(graph: HeapGraph): (node: number) => SpecialNode | null {
  const { hidden, array } = typeIndex(graph).node;
  const nativeContext = graph.strings.indexOf('system / NativeContext');
  const mapDescriptors = graph.strings.indexOf('(map descriptors)');
  const { nodeType, nodeName } = graph;
  const context: SpecialNode = {
    isStep: (edge) => edgeLabel(graph, edge) !== 'sloppy_function_map',
    hasNoPairs: false,
  };
  const descriptors: SpecialNode = {
    isStep: (edge) => isDescriptorStep(Number.parseInt(edgeLabel(graph, edge), 10)),
    hasNoPairs: true,
  };
  return (node) => {
    if (nodeName[node] === mapDescriptors && nodeType[node] === array) return descriptors;
    return nodeName[node] === nativeContext && nodeType[node] === hidden ? context : null;
  };
}

/** Maps share descriptor arrays, whose entries need not be valid for each of them (https://crbug.com/413608). */
function isDescriptorStep(index: number): boolean {
  return index < 2 || index % 3 !== 1;
}
