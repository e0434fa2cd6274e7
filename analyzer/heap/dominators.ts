import { essentialEdges } from './essential-edges.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';

/**
 * The node through which every path from the root to a node leads last, over essential edges. A node without an
 * essential retainer hangs off the root, and so does one that only an unreachable cycle retains.
 *
 * Semi-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005), in the numbering of a
 * depth-first search: on heaps it beats Lengauer and Tarjan's, whose buckets it saves, and unlike the iterative scheme of
 * Cooper, Harvey and Kennedy it stays near linear on long lists.
 * @returns NodeIndex -> NodeIndex; the root's is the root
 */
export function immediateDominators(graph: HeapGraph): Uint32Array {
  const essential = essentialEdges(graph);
  const order = depthFirstOrder(graph, essential);
  const idom = semiNca(order, predecessors(graph, essential, order));
  const dominator = new Uint32Array(graph.nodeCount);
  for (let number = 1; number < order.count; number++)
    dominator[order.nodeAt[number]] = order.nodeAt[idom[number]];
  return dominator;
}

/** A depth-first search's numbering: the root is 0. */
interface DepthFirstOrder {
  readonly count: number;
  readonly nodeAt: Uint32Array; // Number -> NodeIndex
  readonly numberOf: Uint32Array; // NodeIndex -> Number | NONE: unreachable
  readonly parent: Uint32Array; // Number -> Number
}

function depthFirstOrder(graph: HeapGraph, essential: Uint8Array): DepthFirstOrder {
  const search = new DepthFirstSearch(graph, essential);
  search.visitFrom(0, 0);
  if (search.count < graph.nodeCount) {
    const retained = essentiallyRetained(graph, essential);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (retained[node] === 0 && search.numberOf[node] === NONE) search.visitFrom(node, 0);
    }
  }
  return search;
}

/** NodeIndex -> 1 when an essential edge leads to it */
function essentiallyRetained(graph: HeapGraph, essential: Uint8Array): Uint8Array {
  const retained = new Uint8Array(graph.nodeCount);
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (essential[edge] === 1) retained[graph.edgeTo[edge]] = 1;
  }
  return retained;
}

class DepthFirstSearch implements DepthFirstOrder {
  count = 0;
  readonly nodeAt: Uint32Array;
  readonly numberOf: Uint32Array;
  readonly parent: Uint32Array;
  private readonly nextEdge: Uint32Array; // Number -> EdgeIndex to look at next
  private readonly graph: HeapGraph;
  private readonly essential: Uint8Array;

  constructor(graph: HeapGraph, essential: Uint8Array) {
    this.graph = graph;
    this.essential = essential;
    this.nodeAt = new Uint32Array(graph.nodeCount);
    this.numberOf = new Uint32Array(graph.nodeCount).fill(NONE);
    this.parent = new Uint32Array(graph.nodeCount);
    this.nextEdge = new Uint32Array(graph.nodeCount);
  }

  /** Numbers `start` and all it reaches that has no number yet. */
  visitFrom(start: number, parentNumber: number): void {
    const { graph, essential, nodeAt, numberOf, parent, nextEdge } = this;
    const { firstEdge, edgeTo } = graph;
    const startNumber = this.count;
    let count = this.count;
    let number = count;
    nodeAt[count] = start;
    numberOf[start] = count;
    parent[count] = parentNumber;
    nextEdge[count++] = firstEdge[start];
    while (true) {
      const end = firstEdge[nodeAt[number] + 1];
      let edge = nextEdge[number];
      while (edge < end && (essential[edge] === 0 || numberOf[edgeTo[edge]] !== NONE)) edge++;
      nextEdge[number] = edge + 1;
      if (edge < end) {
        const to = edgeTo[edge];
        nodeAt[count] = to;
        numberOf[to] = count;
        parent[count] = number;
        nextEdge[count] = firstEdge[to];
        number = count++;
      } else if (number === startNumber) break;
      else number = parent[number];
    }
    this.count = count;
  }
}

/** Essential edges by target, both ends as numbers. */
interface Predecessors {
  readonly first: Uint32Array; // Number (+ 1) -> index in `from`
  readonly from: Uint32Array;
}

function predecessors(graph: HeapGraph, essential: Uint8Array, order: DepthFirstOrder): Predecessors {
  const { firstEdge, edgeTo } = graph;
  const { count, nodeAt, numberOf } = order;
  const first = new Uint32Array(count + 1);
  for (let number = 0; number < count; number++) {
    const end = firstEdge[nodeAt[number] + 1];
    for (let edge = firstEdge[nodeAt[number]]; edge < end; edge++) {
      if (essential[edge] === 1) first[numberOf[edgeTo[edge]] + 1]++;
    }
  }
  for (let number = 0; number < count; number++) first[number + 1] += first[number];
  const from = new Uint32Array(first[count]);
  const next = first.slice(0, count);
  for (let number = 0; number < count; number++) {
    const end = firstEdge[nodeAt[number] + 1];
    for (let edge = firstEdge[nodeAt[number]]; edge < end; edge++) {
      if (essential[edge] === 1) from[next[numberOf[edgeTo[edge]]]++] = number;
    }
  }
  return { first, from };
}

/** @returns Number -> Number of the immediate dominator */
function semiNca(order: DepthFirstOrder, { first, from }: Predecessors): Uint32Array {
  const { count } = order;
  const idom = order.parent.slice(0, count);
  const ancestor = order.parent.slice(0, count);
  const semi = new Uint32Array(count);
  const label = new Uint32Array(count); // Number -> smallest semidominator from it up to where its path is compressed
  const path = new Uint32Array(count);
  for (let number = count - 1; number > 0; number--) {
    let smallest = first[number] === first[number + 1] ? 0 : number;
    for (let index = first[number]; index < first[number + 1]; index++) {
      const candidate = from[index] <= number ? from[index] : smallestAbove(from[index], number);
      if (candidate < smallest) smallest = candidate;
    }
    semi[number] = smallest;
    label[number] = smallest;
  }
  for (let number = 1; number < count; number++) {
    let dominator = idom[number];
    while (dominator > semi[number]) dominator = idom[dominator];
    idom[number] = dominator;
  }
  return idom;

  /** The smallest semidominator on the tree path up from `number`, among nodes numbered later than `current`. */
  function smallestAbove(number: number, current: number): number {
    let depth = 0;
    let top = number;
    while (ancestor[top] > current) {
      path[depth++] = top;
      top = ancestor[top];
    }
    while (depth > 0) {
      const below = path[--depth];
      if (label[top] < label[below]) label[below] = label[top];
      ancestor[below] = ancestor[top];
      top = below;
    }
    return label[number];
  }
}
