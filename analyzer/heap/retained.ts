import type { HeapGraph } from './graph.ts';
import { shallowBytes } from './shallow.ts';

/**
 * Bytes freed if the node alone became unreachable: its own and those of all nodes it dominates.
 * @param dominator NodeIndex -> NodeIndex, from {@link immediateDominators}
 * @param shallow NodeIndex -> bytes, from {@link shallowBytes}
 * @returns NodeIndex -> bytes
 */
export function retainedBytes(
  graph: HeapGraph,
  dominator: Uint32Array,
  shallow: Uint32Array | Float64Array = shallowBytes(graph),
): Float64Array {
  const retained = Float64Array.from(shallow);
  const { nodeCount } = graph;
  const pendingChildren = new Uint32Array(nodeCount);
  for (let node = 1; node < nodeCount; node++) pendingChildren[dominator[node]]++;
  for (let leaf = 1; leaf < nodeCount; leaf++) {
    let node = leaf;
    while (node !== 0 && pendingChildren[node] === 0) {
      const above = dominator[node];
      retained[above] += retained[node];
      pendingChildren[node] = DONE;
      pendingChildren[above]--;
      if (above > leaf) break; // it comes later in the outer loop
      node = above;
    }
  }
  return retained;
}

const DONE = 0xffffffff; // not 0, so that no node is added twice
