import { bitColumn, hasBit, setBit } from './bit-column.ts';
import type { DominatorTree } from './dominators.ts';
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
  const retained = new Float64Array(shallow);
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

/**
 * {@link retainedBytes} of a whole tree, in one pass over its order.
 * @returns NodeIndex -> bytes; doubles when the whole heap is more than 4 GB
 */
export function retainedInOrder(
  { dominator, order }: DominatorTree,
  shallow: Uint32Array | Float64Array,
): Uint32Array | Float64Array {
  const isLarge = shallow instanceof Float64Array || totalOf(shallow) > MAX_U32;
  const retained = isLarge ? new Float64Array(shallow) : new Uint32Array(shallow);
  for (let rank = order.length - 1; rank > 0; rank--) {
    const node = order[rank];
    retained[dominator[node]] += retained[node];
  }
  if (order.length < dominator.length) addUnreachable(retained, order);
  return retained;
}

/** Adds to the root what has no place in the order: it is nobody else's. */
function addUnreachable(retained: Uint32Array | Float64Array, order: Uint32Array): void {
  const isOrdered = bitColumn(retained.length);
  for (const node of order) setBit(isOrdered, node);
  for (let node = 0; node < retained.length; node++) {
    if (!hasBit(isOrdered, node)) retained[0] += retained[node];
  }
}

function totalOf(bytes: Uint32Array): number {
  let total = 0;
  for (let node = 0; node < bytes.length; node++) total += bytes[node];
  return total;
}

const MAX_U32 = 0xffffffff;
const DONE = 0xffffffff; // not 0, so that no node is added twice
