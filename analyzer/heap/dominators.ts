import { longer } from './columns.ts';
import { EssentialSearch } from './essential-search.ts';
import type { HeapGraph } from './graph.ts';

/** Who owns whom; from {@link dominatorTree}. */
export interface DominatorTree {
  readonly dominator: Uint32Array; // NodeIndex -> NodeIndex; the root's is the root
  /** Rank -> NodeIndex, each behind its dominator; without what only an unreachable cycle retains. */
  readonly order: Uint32Array;
}

/** {@link dominatorTree}'s dominators: NodeIndex -> NodeIndex; the root's is the root. */
export function immediateDominators(graph: HeapGraph): Uint32Array {
  return dominatorTree(graph).dominator;
}

/**
 * Finds for each node the one through which every path from the root to it leads last, over {@link essentialEdges}. A node
 * without an essential retainer hangs off the root, and so does one that only an unreachable cycle retains.
 *
 * Semi-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005), in the numbering of a
 * depth-first search: on heaps it beats Lengauer and Tarjan's, whose buckets it saves, and unlike the iterative scheme of
 * Cooper, Harvey and Kennedy it stays near linear on long lists.
 */
export function dominatorTree(graph: HeapGraph): DominatorTree {
  const search = new EssentialSearch(graph);
  search.run();
  const idom = semiNca(search, otherRetainers(search));
  const { nodeAt, count } = search;
  const dominator = search.nextEdge.fill(0);
  for (let number = 1; number < count; number++) dominator[nodeAt[number]] = nodeAt[idom[number]];
  return { dominator, order: nodeAt.subarray(0, count) };
}

/** Essential retainers but for parents: those of a number are from[i] for first[number] <= i < first[number + 1]. */
interface OtherRetainers {
  readonly first: Uint32Array; // Number (+ 1) -> position in `from`
  readonly from: Uint32Array; // -> Number
}

/** Uses up the search's otherCount. */
function otherRetainers(search: EssentialSearch): OtherRetainers {
  const { count, nodeAt, numberOf, parent, otherCount: first } = search;
  const { firstEdge, edgeTo } = search.graph;
  let total = 0;
  for (let number = 0; number < count; number++) first[number] = total += first[number];
  first[count] = total;
  const from = new Uint32Array(total);
  for (let number = 0; number < count; number++) {
    const node = nodeAt[number];
    const end = firstEdge[node + 1];
    for (let edge = firstEdge[node]; edge < end; edge++) {
      const to = numberOf[edgeTo[edge]];
      if (to > number && parent[to] === number) continue;
      if (search.isEssential(edge, node)) from[--first[to]] = number;
    }
  }
  return { first, from };
}

/**
 * Uses up all of the search but for nodeAt: these columns are the largest part of what a big heap needs, so each is taken
 * for something else as soon as its first purpose is over.
 * @returns Number -> Number of the immediate dominator
 */
function semiNca(search: EssentialSearch, { first, from }: OtherRetainers): Uint32Array {
  const { count } = search;
  const idom = search.parent;
  const ancestor = search.numberOf;
  ancestor.set(idom);
  const semi = first; // for what is numbered from `number` on
  const label = search.nextEdge; // the same: smallest semidominator from a node up to where its path is compressed
  let path = new Uint32Array(1 << 10);
  let end = first[count];
  for (let number = count - 1; number > 0; number--) {
    const start = first[number];
    let smallest = idom[number];
    for (let index = start; index < end; index++) {
      const candidate = from[index] <= number ? from[index] : smallestAbove(from[index], number);
      if (candidate < smallest) smallest = candidate;
    }
    end = start;
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
