import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';
import type { TypeIndex } from './type-index.ts';

const ATTACHED = 1;
const DETACHED = 2;

/**
 * Native nodes that nothing attached holds, as Chrome DevTools finds them: what an attached native node reaches is
 * attached, what a detached one reaches otherwise is detached, and JavaScript objects stop both.
 * @returns NodeIndex -> 1 or 0; null when the file says nothing of detachedness
 */
export function detachedNatives(graph: HeapGraph): Uint8Array | null {
  if (graph.detachedness === null) return null;
  const detached = new Uint8Array(graph.nodeCount);
  const spread = new StateSpread(graph, graph.detachedness, detached);
  spread.seed();
  spread.run();
  return detached;
}

class StateSpread {
  private readonly visited: Uint8Array;
  private readonly attachedNodes: number[] = [];
  private readonly detachedNodes: number[] = [];
  private readonly graph: HeapGraph;
  private readonly types: TypeIndex;
  private readonly known: Uint8Array;
  private readonly detached: Uint8Array;

  constructor(graph: HeapGraph, known: Uint8Array, detached: Uint8Array) {
    this.graph = graph;
    this.types = typeIndex(graph);
    this.known = known;
    this.detached = detached;
    this.visited = new Uint8Array(graph.nodeCount);
  }

  seed(): void {
    for (let node = 0; node < this.graph.nodeCount; node++) {
      if (this.known[node] !== 0) this.visit(node, this.known[node]);
    }
  }

  run(): void {
    while (this.attachedNodes.length > 0) this.spread(this.attachedNodes.pop()!, ATTACHED);
    while (this.detachedNodes.length > 0) this.spread(this.detachedNodes.pop()!, DETACHED);
  }

  private spread(node: number, state: number): void {
    const { hidden, weak } = this.types.edge;
    for (let edge = this.graph.firstEdge[node]; edge < this.graph.firstEdge[node + 1]; edge++) {
      const type = this.graph.edgeType[edge];
      if (type !== hidden && type !== weak) this.visit(this.graph.edgeTo[edge], state);
    }
  }

  private visit(node: number, state: number): void {
    if (this.visited[node] === 1) return;
    this.visited[node] = 1;
    if (this.graph.nodeType[node] !== this.types.node.native) return;
    if (state === ATTACHED) this.attachedNodes.push(node);
    else if (state === DETACHED) {
      this.detached[node] = 1;
      this.detachedNodes.push(node);
    }
  }
}
