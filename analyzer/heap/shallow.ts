import { longer } from './columns.ts';
import { detachedNatives } from './detached.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { userRoots } from './user-roots.ts';

const SEVERAL = NONE - 1;

/**
 * Bytes of each node as Chrome DevTools counts them: what V8 allocates behind one object alone (backing arrays, hidden
 * nodes, external string data) is counted with that object, and is 0 itself. Self sizes stay where they are in a file
 * without global objects, which is one that was written to show V8's internals.
 * @param owner a column to work in, as long as there are nodes; what it holds is lost
 * @returns NodeIndex -> bytes
 */
export function shallowBytes(
  graph: HeapGraph,
  owner: Uint32Array = new Uint32Array(graph.nodeCount),
): Uint32Array | Float64Array {
  if (userRoots(graph).length === 0) return graph.selfSize;
  findOwners(graph, owner);
  const bytes = graph.selfSize.slice();
  return transfer(graph, owner, bytes) ? bytes : transferred(graph, owner);
}

/** Into doubles, for when one object has more than 4 GB behind it. */
function transferred(graph: HeapGraph, owner: Uint32Array): Float64Array {
  const bytes = new Float64Array(graph.selfSize);
  transfer(graph, owner, bytes);
  return bytes;
}

/** Adds what nodes own to their bytes. @returns false when the column does not hold a sum */
function transfer(graph: HeapGraph, owner: Uint32Array, bytes: Uint32Array | Float64Array): boolean {
  const { synthetic } = typeIndex(graph).node;
  for (let node = 0; node < graph.nodeCount; node++) {
    const to = owner[node];
    if (to >= SEVERAL || to === node || to === 0 || graph.nodeType[to] === synthetic) continue;
    const sum = bytes[to] + bytes[node];
    bytes[to] = sum;
    bytes[node] = 0;
    if (bytes[to] !== sum) return false;
  }
  return true;
}

/** Fills in NodeIndex -> NodeIndex of the only object that holds it; itself for an object; NONE unheld, or SEVERAL. */
function findOwners(graph: HeapGraph, owner: Uint32Array): void {
  const { firstEdge, edgeTo, edgeType } = graph;
  const { weak } = typeIndex(graph).edge;
  setSelfOwners(graph, owner);
  let pending = new Uint32Array(1 << 10);
  let pendingCount = 0;
  for (let start = 0; start < graph.nodeCount; start++) {
    if (owner[start] !== start) continue;
    pending[pendingCount++] = start;
    while (pendingCount > 0) {
      const node = pending[--pendingCount];
      const nodeOwner = owner[node];
      const end = firstEdge[node + 1];
      for (let edge = firstEdge[node]; edge < end; edge++) {
        const to = edgeTo[edge];
        const before = owner[to];
        if (before === to || before === nodeOwner || before === SEVERAL || edgeType[edge] === weak) continue;
        owner[to] = before === NONE ? nodeOwner : SEVERAL;
        if (pendingCount === pending.length) pending = longer(pending);
        pending[pendingCount++] = to;
      }
    }
  }
}

/** Fills in NodeIndex -> itself, or NONE for what V8 allocates behind an object. */
function setSelfOwners(graph: HeapGraph, owner: Uint32Array): void {
  const { hidden, array, native } = typeIndex(graph).node;
  const external = graph.strings.indexOf('system / ExternalStringData');
  const detached = detachedNatives(graph); // these have another name for Chrome DevTools
  const { nodeType, nodeName, nodeCount } = graph;
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node];
    const isExternal = type === native && nodeName[node] === external && detached?.[node] !== 1;
    owner[node] = type === hidden || type === array || isExternal ? NONE : node;
  }
}
