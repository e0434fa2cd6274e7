import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import { userRoots } from './user-roots.ts';

const SEVERAL = NONE - 1;

/**
 * Bytes of each node as Chrome DevTools counts them: what V8 allocates behind one object alone (backing arrays, hidden
 * nodes, external string data) is counted with that object, and is 0 itself. Self sizes stay where they are in a file
 * without global objects, which is one that was written to show V8's internals.
 * @returns NodeIndex -> bytes
 */
export function shallowBytes(graph: HeapGraph): Uint32Array | Float64Array {
  if (userRoots(graph).length === 0) return graph.selfSize;
  const owner = owners(graph);
  const synthetic = typeIndex(graph).node.synthetic;
  const bytes = Float64Array.from(graph.selfSize);
  for (let node = 0; node < graph.nodeCount; node++) {
    const to = owner[node];
    if (to >= SEVERAL || to === node || to === 0 || graph.nodeType[to] === synthetic) continue;
    bytes[to] += bytes[node];
    bytes[node] = 0;
  }
  return bytes;
}

/** @returns NodeIndex -> NodeIndex of the only object that holds it; itself for an object; NONE unheld, or SEVERAL */
function owners(graph: HeapGraph): Uint32Array {
  const { firstEdge, edgeTo, edgeType } = graph;
  const weak = typeIndex(graph).edge.weak;
  const owner = new Uint32Array(graph.nodeCount);
  const pending = new NodeStack(graph.nodeCount);
  const owned = ownable(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    owner[node] = owned[node] === 1 ? NONE : node;
    if (owned[node] === 0) pending.push(node);
  }
  while (pending.length > 0) {
    const node = pending.pop();
    const nodeOwner = owner[node];
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      const before = owner[to];
      if (edgeType[edge] === weak || before === to || before === nodeOwner || before === SEVERAL) continue;
      owner[to] = before === NONE ? nodeOwner : SEVERAL;
      pending.push(to);
    }
  }
  return owner;
}

/** NodeIndex -> 1 for what V8 allocates behind an object */
function ownable(graph: HeapGraph): Uint8Array {
  const { hidden, array, native } = typeIndex(graph).node;
  const external = graph.strings.indexOf('system / ExternalStringData');
  const flags = new Uint8Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeType[node];
    if (type === hidden || type === array || (type === native && graph.nodeName[node] === external))
      flags[node] = 1;
  }
  return flags;
}

/** A stack that begins at a guess of its largest size and grows. */
class NodeStack {
  length = 0;
  private nodes: Uint32Array<ArrayBuffer>;

  constructor(expectedSize: number) {
    this.nodes = new Uint32Array(expectedSize + 1);
  }

  push(node: number): void {
    if (this.length === this.nodes.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.nodes);
      this.nodes = larger;
    }
    this.nodes[this.length++] = node;
  }

  pop(): number {
    return this.nodes[--this.length];
  }
}
