import { bitColumn, hasBit, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import { sharedU32 } from './columns.ts';
import { edgeRules, Holds } from './edge-rules.ts';
import type { EdgeRules } from './edge-rules.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { pageRoots } from './user-roots.ts';

/**
 * Numbers all nodes in the order a depth-first search over essential edges meets them: first what the program's globals
 * reach, then what else the root does, then what nothing retains, as though the root retained it. What only an unreachable
 * cycle retains stays without a number.
 *
 * Whether an edge from V8's own objects is essential depends on whether a global reaches its target. As these are met first,
 * a number tells it, and neither those nodes nor the essential edges need a pass of their own.
 */
export class EssentialSearch {
  count = 0;
  readonly graph: HeapGraph;
  readonly nodeAt: Uint32Array; // Number -> NodeIndex
  readonly numberOf: Uint32Array; // NodeIndex -> Number | NONE
  readonly parent: Uint32Array; // Number -> Number; the root is its own
  /** Number -> essential edges into it from met nodes, but for those from its parent. */
  readonly otherCount: Uint32Array;
  /** Number -> EdgeIndex to look at next; free for other use when the search is over. */
  readonly nextEdge: Uint32Array;
  private readonly rules: EdgeRules;
  /** Smaller numbers belong to what globals reach over essential edges. */
  private ownedEnd = NONE;
  /** What they reach only over other edges; null as long as there is none. */
  private alsoOwned: BitColumn | null = null;
  private readonly passedOver: number[] = [];

  constructor(graph: HeapGraph) {
    this.graph = graph;
    this.rules = edgeRules(graph);
    this.nodeAt = sharedU32(graph.nodeCount);
    this.numberOf = new Uint32Array(graph.nodeCount).fill(NONE);
    this.parent = new Uint32Array(graph.nodeCount);
    this.nextEdge = sharedU32(graph.nodeCount);
    this.otherCount = new Uint32Array(graph.nodeCount + 1);
  }

  run(): void {
    this.numberOf[0] = this.count++;
    for (const node of pageRoots(this.graph)) if (this.numberOf[node] === NONE) this.visitFrom(node);
    this.findAlsoOwned();
    this.ownedEnd = this.count;
    this.visitFromRoot();
    if (this.count < this.graph.nodeCount) this.visitUnretained();
  }

  /** Whether an edge counts, once all that globals reach has a number. */
  isEssential(edge: number, node: number): boolean {
    const to = this.graph.edgeTo[edge];
    const rule = this.rules.holds[this.graph.edgeType[edge]];
    if (rule !== Holds.yes && !this.isHeld(rule, edge, node)) return false;
    return to !== node && (this.mayEnter(node) || !this.isOwned(to));
  }

  /** Numbers `start`, as a child of the root, and all it reaches that has no number yet. */
  private visitFrom(start: number): void {
    const { graph, nodeAt, numberOf, parent, nextEdge, otherCount } = this;
    const { firstEdge, edgeTo, edgeType } = graph;
    const { holds } = this.rules;
    const startNumber = this.count;
    let { count } = this;
    let number = this.count;
    let node = start;
    nodeAt[count] = start;
    numberOf[start] = count++;
    let edge = firstEdge[node];
    while (true) {
      const end = firstEdge[node + 1];
      const mayEnter = this.isOwned(node);
      let next = NONE;
      for (; edge < end; edge++) {
        const to = edgeTo[edge];
        const rule = holds[edgeType[edge]];
        if (rule !== Holds.yes && !this.isHeld(rule, edge, node)) {
          if (rule !== Holds.never) this.passOver(to);
          continue;
        }
        const met = numberOf[to];
        if (!mayEnter && this.isOwned(to)) continue;
        if (met === NONE) {
          next = to;
          break;
        }
        if (met < number || (met > number && parent[met] !== number)) otherCount[met]++;
      }
      if (next !== NONE) {
        nextEdge[number] = edge + 1;
        parent[count] = number;
        number = count++;
        node = next;
        nodeAt[number] = node;
        numberOf[node] = number;
        edge = firstEdge[node];
      } else if (number === startNumber) break;
      else {
        number = parent[number];
        node = nodeAt[number];
        edge = nextEdge[number];
      }
    }
    this.count = count;
  }

  /** Keeps in mind, while globals are followed, what they reach over an edge that is not essential. */
  private passOver(to: number): void {
    if (this.ownedEnd === NONE && (this.numberOf[to] === NONE || to === 0)) this.passedOver.push(to);
  }

  /** Follows what was passed over, and is still without a number, over all edges but weak ones. */
  private findAlsoOwned(): void {
    const { graph, numberOf, passedOver: pending } = this;
    if (this.otherCount[0] > 0) pending.push(0); // a global holds the root, and so all that it holds
    const owned = bitColumn(pending.length === 0 ? 0 : graph.nodeCount);
    while (pending.length > 0) {
      const node = pending.pop()!;
      if (hasBit(owned, node) || (numberOf[node] !== NONE && node !== 0)) continue;
      setBit(owned, node);
      this.alsoOwned = owned;
      for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
        if (this.rules.holds[graph.edgeType[edge]] !== Holds.never) pending.push(graph.edgeTo[edge]);
      }
    }
  }

  private visitFromRoot(): void {
    const { firstEdge, edgeTo } = this.graph;
    for (let edge = firstEdge[0]; edge < firstEdge[1]; edge++) {
      if (!this.isEssential(edge, 0)) continue;
      const number = this.numberOf[edgeTo[edge]];
      if (number === NONE) this.visitFrom(edgeTo[edge]);
      else if (this.parent[number] !== 0) this.otherCount[number]++;
    }
  }

  private visitUnretained(): void {
    const { numberOf } = this;
    const { nodeCount, firstEdge, edgeTo } = this.graph;
    const retained = bitColumn(nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      if (numberOf[node] !== NONE) continue;
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        if (this.isEssential(edge, node)) setBit(retained, edgeTo[edge]);
      }
    }
    for (let node = 0; node < nodeCount; node++) {
      if (numberOf[node] === NONE && !hasBit(retained, node)) this.visitFrom(node);
    }
  }

  private isHeld(rule: number, edge: number, node: number): boolean {
    if (rule === Holds.unlessTables) return !this.rules.isTables(edge, node);
    return rule === Holds.yes || (rule === Holds.fromRootOnly && node === 0);
  }

  private mayEnter(node: number): boolean {
    return node === 0 || this.isOwned(node);
  }

  private isOwned(node: number): boolean {
    return this.numberOf[node] < this.ownedEnd || (this.alsoOwned !== null && hasBit(this.alsoOwned, node));
  }
}
