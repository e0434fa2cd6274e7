import { bitColumn, hasBit, setBit } from './bit-column.ts';
import type { BitColumn } from './bit-column.ts';
import { longer, sharedU32 } from './columns.ts';
import { edgeRules, Holds } from './edge-rules.ts';
import type { EdgeRules } from './edge-rules.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { pageRoots } from './user-roots.ts';

/** The nodes met first are what everybody points to: with these few, most edges lead into an early number. */
const EARLY_SHARE = 1 / 16;

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
  /** Numbers up to this one are early. */
  readonly lastEarly: number;
  readonly graph: HeapGraph;
  readonly numberOf: Uint32Array; // NodeIndex -> Number | NONE
  readonly parent: Uint32Array; // Number -> Number; the root is its own
  /** The tree once more: going through it, 1 where a number begins that is not the root's, 0 where it ends. */
  readonly steps: BitColumn;
  /** EdgeIndex -> whether it is essential and none of the tree, to which those belong through which a node was met. */
  readonly isOther: BitColumn;
  /** Number -> other edges into it; but for those from a late number into an early one, except the root. */
  readonly otherCount: Uint32Array;
  private stepCount = 0;
  private pathNode = new Uint32Array(1 << 10); // Depth -> NodeIndex
  private pathEdge = new Uint32Array(1 << 10); // Depth -> EdgeIndex to look at next
  private readonly rules: EdgeRules;
  /** Smaller numbers belong to what globals reach over essential edges. */
  private ownedEnd = NONE;
  /** What they reach only over other edges; null as long as there is none. */
  private alsoOwned: BitColumn | null = null;
  private readonly passedOver: number[] = [];

  constructor(graph: HeapGraph) {
    this.graph = graph;
    this.rules = edgeRules(graph);
    this.lastEarly = Math.floor(graph.nodeCount * EARLY_SHARE);
    this.numberOf = new Uint32Array(graph.nodeCount).fill(NONE);
    this.parent = sharedU32(graph.nodeCount);
    this.steps = bitColumn(2 * graph.nodeCount);
    this.isOther = bitColumn(graph.edgeCount);
    this.otherCount = sharedU32(graph.nodeCount);
  }

  run(): void {
    this.numberOf[0] = this.count++;
    for (const node of pageRoots(this.graph)) {
      if (this.numberOf[node] === NONE) this.visitFrom(node);
      else this.passOver(node);
    }
    this.findAlsoOwned();
    this.ownedEnd = this.count;
    this.visitFromRoot();
    if (this.count < this.graph.nodeCount) this.visitUnretained();
  }

  /** Once all that globals reach has a number. */
  private isEssential(edge: number, node: number): boolean {
    const to = this.graph.edgeTo[edge];
    const rule = this.rules.holdsFrom(node)[this.graph.edgeType[edge]];
    if (rule !== Holds.yes && !this.isHeld(rule, edge, node)) return false;
    return to !== node && (this.mayEnter(node) || !this.isOwned(to));
  }

  /** Numbers `start`, as a child of the root, and all it reaches that has no number yet. */
  private visitFrom(start: number): void {
    const { graph, numberOf, parent, otherCount, steps, isOther, lastEarly } = this;
    const { firstEdge, edgeTo, edgeType } = graph;
    const { rules } = this;
    let { count, stepCount } = this;
    let depth = 0;
    let number = count++;
    let node = start;
    let edge = firstEdge[node];
    numberOf[node] = number;
    setBit(steps, stepCount++);
    while (true) {
      const end = firstEdge[node + 1];
      const holds = rules.holdsFrom(node);
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
        if (met === number) continue;
        setBit(isOther, edge);
        if (met > lastEarly || number <= lastEarly || met === 0) otherCount[met]++;
      }
      if (next !== NONE) {
        if (depth === this.pathNode.length) this.lengthenPath();
        this.pathNode[depth] = node;
        this.pathEdge[depth++] = edge + 1;
        parent[count] = number;
        number = count++;
        node = next;
        edge = firstEdge[node];
        numberOf[node] = number;
        setBit(steps, stepCount++);
      } else {
        stepCount++;
        if (depth === 0) break;
        number = parent[number];
        node = this.pathNode[--depth];
        edge = this.pathEdge[depth];
      }
    }
    this.count = count;
    this.stepCount = stepCount;
  }

  private lengthenPath(): void {
    this.pathNode = longer(this.pathNode);
    this.pathEdge = longer(this.pathEdge);
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
        if (this.rules.holdsFrom(node)[graph.edgeType[edge]] !== Holds.never)
          pending.push(graph.edgeTo[edge]);
      }
    }
  }

  private visitFromRoot(): void {
    const { firstEdge, edgeTo } = this.graph;
    for (let edge = firstEdge[0]; edge < firstEdge[1]; edge++) {
      if (!this.isEssential(edge, 0)) continue;
      const number = this.numberOf[edgeTo[edge]];
      if (number === NONE) this.visitFrom(edgeTo[edge]);
      else {
        setBit(this.isOther, edge);
        this.otherCount[number]++;
      }
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
