import type { HeapGraph } from '../../analyzer/heap/graph.ts';
import { EDGE_TYPES, NODE_TYPES, TextStrings } from './heap-text.ts';

/** A graph of objects of 1 byte with the given property edges; node 0 is the root. */
export function graphOf(nodeCount: number, from: ArrayLike<number>, to: ArrayLike<number>): HeapGraph {
  const firstEdge = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < from.length; edge++) firstEdge[from[edge] + 1]++;
  for (let node = 0; node < nodeCount; node++) firstEdge[node + 1] += firstEdge[node];
  const next = firstEdge.slice();
  const edgeTo = new Uint32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) edgeTo[next[from[edge]]++] = to[edge];
  const none = new Uint32Array(0);
  return {
    nodeCount,
    edgeCount: from.length,
    nodeTypeNames: NODE_TYPES,
    edgeTypeNames: EDGE_TYPES,
    nodeType: new Uint8Array(nodeCount).fill(NODE_TYPES.indexOf('object')),
    nodeName: new Uint32Array(nodeCount),
    nodeId: Uint32Array.from({ length: nodeCount }, (_, node) => node * 2 + 1),
    selfSize: new Uint32Array(nodeCount).fill(1),
    detachedness: null,
    firstEdge,
    edgeType: new Uint8Array(from.length).fill(EDGE_TYPES.indexOf('property')),
    edgeName: new Uint32Array(from.length),
    edgeTo,
    locations: { count: 0, node: none, scriptId: none, line: none, column: none },
    strings: new TextStrings(['Thing']),
    extraNativeBytes: 0,
  };
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** Edges between random nodes; some nodes are unreachable, some edges lead to their own node or come twice. */
export function randomGraph(seed: number, nodeCount: number, edgeCount: number): HeapGraph {
  const next = random(seed);
  const pick = (): number => Math.floor(next() * nodeCount);
  const from = Array.from({ length: edgeCount }, pick);
  return graphOf(nodeCount, from, Array.from(from, pick));
}
