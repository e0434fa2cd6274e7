import { hasBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import { longer, sharedU32 } from './columns.ts';
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
  const search = depthFirstSearch(graph, essentialEdges(graph));
  const idom = semiNca(search, otherEdges(search));
  const { nodeAt, count } = search;
  const dominator = search.nextEdge.fill(0);
  for (let number = 1; number < count; number++) dominator[nodeAt[number]] = nodeAt[idom[number]];
  return dominator;
}

/** Numbers nodes in the order a depth-first search over essential edges meets them. */
class DepthFirstSearch {
  count = 0;
  readonly graph: HeapGraph;
  readonly essential: BitColumn;
  readonly nodeAt: Uint32Array; // Number -> NodeIndex
  readonly numberOf: Uint32Array; // NodeIndex -> Number | NONE: not met
  readonly parent: Uint32Array; // Number -> Number; the root is its own
  /** Number (+ 1) -> essential edges into it from met nodes, but for the one it was met through. */
  readonly otherCount: Uint32Array;
  /** Number -> EdgeIndex to look at next; free for other use when the search is over. */
  readonly nextEdge: Uint32Array;

  constructor(graph: HeapGraph, essential: BitColumn) {
    this.graph = graph;
    this.essential = essential;
    this.nodeAt = new Uint32Array(graph.nodeCount);
    this.numberOf = new Uint32Array(graph.nodeCount).fill(NONE);
    this.parent = new Uint32Array(graph.nodeCount);
    this.nextEdge = sharedU32(graph.nodeCount);
    this.otherCount = new Uint32Array(graph.nodeCount + 1);
  }

  /** Numbers `start` and all it reaches that has no number yet. */
  visitFrom(start: number): void {
    const { graph, essential, nodeAt, numberOf, parent, nextEdge, otherCount } = this;
    const { firstEdge, edgeTo } = graph;
    const startNumber = this.count;
    let { count } = this;
    let number = count;
    nodeAt[count] = start;
    numberOf[start] = count;
    nextEdge[count++] = firstEdge[start];
    while (true) {
      const end = firstEdge[nodeAt[number] + 1];
      let edge = nextEdge[number];
      let next = NONE;
      for (; edge < end; edge++) {
        if (!hasBit(essential, edge)) continue;
        const met = numberOf[edgeTo[edge]];
        if (met === NONE) {
          next = edgeTo[edge];
          break;
        }
        otherCount[met + 1]++;
      }
      if (next !== NONE) {
        nextEdge[number] = edge + 1;
        nodeAt[count] = next;
        numberOf[next] = count;
        parent[count] = number;
        nextEdge[count] = firstEdge[next];
        number = count++;
      } else if (number === startNumber) break;
      else number = parent[number];
    }
    this.count = count;
  }
}

/** Meets what the root reaches, and then what nothing retains, as though the root retained it. */
function depthFirstSearch(graph: HeapGraph, essential: BitColumn): DepthFirstSearch {
  const search = new DepthFirstSearch(graph, essential);
  search.visitFrom(0);
  if (search.count === graph.nodeCount) return search;
  const retained = essentiallyRetained(graph, essential);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (retained[node] === 0 && search.numberOf[node] === NONE) search.visitFrom(node);
  }
  return search;
}

/** NodeIndex -> 1 when an essential edge leads to it */
function essentiallyRetained(graph: HeapGraph, essential: BitColumn): Uint8Array {
  const retained = new Uint8Array(graph.nodeCount);
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (hasBit(essential, edge)) retained[graph.edgeTo[edge]] = 1;
  }
  return retained;
}

/** The essential edges into each node but for those from its parent. */
interface OtherEdges {
  readonly first: Uint32Array; // Number -> position in `from` of its first edge
  readonly end: Uint32Array; // Number -> position behind its last edge
  readonly from: Uint32Array; // -> Number the edge comes from
}

/** Uses up the search's nextEdge. */
function otherEdges(search: DepthFirstSearch): OtherEdges {
  const { count, nodeAt, numberOf, parent, essential, otherCount: first, nextEdge: next } = search;
  const { firstEdge, edgeTo } = search.graph;
  for (let number = 0; number < count; number++) {
    first[number + 1] += first[number];
    next[number] = first[number];
  }
  const from = new Uint32Array(first[count]);
  for (let number = 0; number < count; number++) {
    const end = firstEdge[nodeAt[number] + 1];
    for (let edge = firstEdge[nodeAt[number]]; edge < end; edge++) {
      if (!hasBit(essential, edge)) continue;
      const to = numberOf[edgeTo[edge]];
      if (parent[to] !== number) from[next[to]++] = number;
    }
  }
  return { first, end: next, from };
}

/**
 * Uses up all of the search and of the edges but for nodeAt: these columns are the largest part of what a big heap
 * needs, so each is taken for something else as soon as its first purpose is over.
 * @returns Number -> Number of the immediate dominator
 */
function semiNca(search: DepthFirstSearch, { first, end, from }: OtherEdges): Uint32Array {
  const { count } = search;
  const idom = search.parent;
  const ancestor = search.numberOf;
  ancestor.set(idom);
  const semi = first; // for what is numbered from `number` on
  const label = end; // the same: smallest semidominator from a node up to where its path is compressed
  let path = new Uint32Array(1 << 10);
  for (let number = count - 1; number > 0; number--) {
    let smallest = idom[number];
    for (let index = first[number]; index < end[number]; index++) {
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
      if (depth === path.length) path = longer(path);
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
