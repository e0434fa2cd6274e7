import { bitColumn, hasBit, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import { longer } from './columns.ts';
import type { EssentialSearch } from './essential-search.ts';
import { NONE } from './graph.ts';

/**
 * The immediate dominators in the tree of a depth-first search. Uses up the search's parents and counts.
 *
 * Semi-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005): on heaps it beats Lengauer and
 * Tarjan's, whose buckets it saves, and unlike the iterative scheme of Cooper, Harvey and Kennedy it stays near linear on long
 * lists. It wants for each number all edges into it, but most edges of a heap lead into a few early numbers: hidden classes,
 * prototypes, what everybody uses. Edges from late numbers into early ones are not kept; see {@link SemiNca.contract}.
 * @returns Number -> Number
 */
export function treeDominators(search: EssentialSearch): Uint32Array {
  const forest = new SemiNca(search);
  forest.linkDownTo(search.lastEarly + 1);
  forest.contract();
  forest.linkDownTo(1);
  return forest.nearestCommonAncestors();
}

class SemiNca {
  private readonly search: EssentialSearch;
  private readonly ancestor: Uint32Array; // Number -> Number: its parent, later one above it
  /** Number -> smallest semidominator on the path below its ancestor, for linked numbers. */
  private readonly label: Uint32Array;
  private readonly semi: Uint32Array; // Number -> semidominator, for linked numbers; position in `from` for others
  private readonly from: Uint32Array; // -> Number an edge comes from, by the number it leads to
  private readonly early: { smallest: Uint32Array; deepest: Uint32Array }; // see contract
  private readonly isEarly: BitColumn; // NodeIndex -> whether its number is; fits into the cache
  private firstLinked: number;
  private fromEnd: number;
  private path = new Uint32Array(1 << 10);

  constructor(search: EssentialSearch) {
    const { count, lastEarly, parent, otherCount } = search;
    this.search = search;
    this.ancestor = parent;
    this.semi = otherCount;
    this.fromEnd = accumulate(otherCount, count);
    this.from = new Uint32Array(this.fromEnd);
    this.isEarly = earlyNodes(search);
    this.fillFrom();
    this.label = new Uint32Array(count);
    this.early = {
      smallest: new Uint32Array(lastEarly + 1).fill(NONE),
      deepest: new Uint32Array(lastEarly + 1),
    };
    this.firstLinked = count;
  }

  private fillFrom(): void {
    const { search, isEarly, from, semi: next } = this;
    const { numberOf, isOther, lastEarly } = search;
    const { nodeCount, firstEdge, edgeTo } = search.graph;
    for (let node = 0; node < nodeCount; node++) {
      const number = numberOf[node];
      if (number === NONE) continue;
      const isLate = number > lastEarly;
      const end = firstEdge[node + 1];
      for (let edge = firstEdge[node]; edge < end; edge++) {
        if (!hasBit(isOther, edge) || (isLate && hasBit(isEarly, edgeTo[edge]))) continue;
        from[--next[numberOf[edgeTo[edge]]]] = number;
      }
    }
  }

  /** Finds the semidominators of numbers down to this one. */
  linkDownTo(last: number): void {
    const { ancestor, label, semi, from, early, search } = this;
    for (let number = this.firstLinked - 1; number >= last; number--) {
      const start = semi[number];
      let smallest = ancestor[number];
      for (let index = start; index < this.fromEnd; index++) {
        const candidate = this.smallestAbove(from[index], number);
        if (candidate < smallest) smallest = candidate;
      }
      if (number <= search.lastEarly) {
        smallest = Math.min(smallest, early.smallest[number]);
        if (early.deepest[number] > number)
          smallest = Math.min(smallest, this.smallestAbove(early.deepest[number], number));
      }
      this.fromEnd = start;
      semi[number] = smallest;
      label[number] = smallest;
    }
    this.firstLinked = Math.min(this.firstLinked, last);
  }

  /**
   * Stands for the edges from late numbers into early ones, when all late ones are linked: by the smallest semidominator that
   * each of them brings, and by where the path above leads into an early number. These lie on one path, the one on which the
   * search was when it met the first late number; so the deepest, whose path up has the others on it, is enough.
   */
  contract(): void {
    const { search, isEarly, early, label, ancestor } = this;
    const { numberOf, isOther, lastEarly } = search;
    const { nodeCount, firstEdge, edgeTo } = search.graph;
    for (let node = 0; node < nodeCount; node++) {
      const number = numberOf[node];
      if (number === NONE || number <= lastEarly) continue;
      const end = firstEdge[node + 1];
      for (let edge = firstEdge[node]; edge < end; edge++) {
        if (!hasBit(isOther, edge) || !hasBit(isEarly, edgeTo[edge])) continue;
        const to = numberOf[edgeTo[edge]];
        if (ancestor[number] > lastEarly) this.smallestAbove(number, lastEarly);
        if (label[number] < early.smallest[to]) early.smallest[to] = label[number];
        if (ancestor[number] > early.deepest[to]) early.deepest[to] = ancestor[number];
      }
    }
  }

  /**
   * The smallest semidominator on the path up from `number`, among those of numbers later than `current`; itself when it is
   * not later.
   */
  private smallestAbove(number: number, current: number): number {
    if (number <= current) return number;
    const { ancestor, label } = this;
    let depth = 0;
    let top = number;
    while (ancestor[top] > current) {
      if (depth === this.path.length) this.path = longer(this.path);
      this.path[depth++] = top;
      top = ancestor[top];
    }
    while (depth > 0) {
      const below = this.path[--depth];
      if (label[top] < label[below]) label[below] = label[top];
      ancestor[below] = ancestor[top];
      top = below;
    }
    return label[number];
  }

  /** The dominator is the nearest number above that is not later than the semidominator. */
  nearestCommonAncestors(): Uint32Array {
    const { semi, ancestor: parent, label: idom } = this;
    const { steps, count } = this.search;
    let step = 0;
    let current = 0;
    idom[0] = 0;
    for (let number = 1; number < count; number++) {
      for (; !hasBit(steps, step); step++) current = parent[current];
      step++;
      parent[number] = current;
      let dominator = current;
      while (dominator > semi[number]) dominator = idom[dominator];
      idom[number] = dominator;
      current = number;
    }
    return idom;
  }
}

function earlyNodes({ graph, numberOf, lastEarly }: EssentialSearch): BitColumn {
  const isEarly = bitColumn(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) if (numberOf[node] <= lastEarly) setBit(isEarly, node);
  return isEarly;
}

/** Turns counts into the ends of consecutive stretches. @returns the end of the last */
function accumulate(counts: Uint32Array, length: number): number {
  let total = 0;
  for (let index = 0; index < length; index++) {
    total += counts[index];
    counts[index] = total;
  }
  return total;
}
