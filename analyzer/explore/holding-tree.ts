import { NONE } from '../heap/graph.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { Interner } from '../model/interner.ts';
import { RANKS, Rank } from '../model/ranks.ts';
import type { ReferenceList } from '../model/references.ts';
import { referenceReader } from '../model/references.ts';
import { nodeRoles } from '../model/roles.ts';

/** The references of every object as its program would name them: those of n are at[n] ..< at[n] + count[n]. */
export interface ReferenceTable {
  readonly at: Uint32Array; // NodeIndex -> ReferenceIndex
  readonly count: Uint32Array; // NodeIndex -> references; 0 for what is no object, or is not reached
  readonly target: Uint32Array; // ReferenceIndex -> NodeIndex
  readonly label: Uint32Array; // ReferenceIndex -> label, see model/labels.ts
  readonly rank: Uint8Array; // ReferenceIndex -> Rank
}

/** Who holds whom on the shortest way that a person would name: native handles and accidental roots come last. */
export interface HoldingTree {
  readonly holder: Uint32Array; // NodeIndex -> NodeIndex it was reached from | NONE: the root, or not reached
  readonly via: Uint32Array; // NodeIndex -> label of that reference
  /** NodeIndex -> the worst Rank of the references on the way. */
  readonly rank: Uint8Array;
}

/** Whether a reference is passed over. */
export type IsCut = (from: number, to: number, label: number) => boolean;

/** Reads all references of a heap, and finds who holds whom while at it. */
export function readReferences(
  graph: HeapGraph,
  labels: Interner,
): { references: ReferenceTable; holding: HoldingTree } {
  const reader = referenceReader(graph, nodeRoles(graph), labels);
  const atMost = graph.edgeCount + graph.nodeCount; // an edge is one reference, and a timer one of its list
  const at = new Uint32Array(graph.nodeCount);
  const count = new Uint32Array(graph.nodeCount);
  const target = new Uint32Array(atMost);
  const label = new Uint32Array(atMost);
  const rank = new Uint8Array(atMost);
  let total = 0;
  const holding = search(graph.nodeCount, (node) => {
    const list = reader.read(node);
    at[node] = total;
    for (let index = 0; index < list.count && total < atMost; index++, total++) {
      target[total] = list.target[index];
      label[total] = list.label[index];
      rank[total] = list.rank[index];
    }
    count[node] = total - at[node];
    return list;
  });
  return { references: { at, count, target, label, rank }, holding };
}

/** The shortest way to each object once some references are gone; stops when it has reached `goal`. */
export function holdingTree(
  { at, count, target, label, rank }: ReferenceTable,
  isCut: IsCut,
  goal: number,
): HoldingTree {
  const list: ReferenceList = { count: 0, label: [], target: [], rank: [], storageBytes: 0 };
  const read = (node: number) => {
    list.count = 0;
    for (let index = at[node]; index < at[node] + count[node]; index++) {
      if (isCut(node, target[index], label[index])) continue;
      list.target[list.count] = target[index];
      list.label[list.count] = label[index];
      list.rank[list.count++] = rank[index];
    }
    return list;
  };
  return search(at.length, read, goal);
}

/** Breadth-first; a reference of a higher rank is followed only when nothing of a lower one is left. */
function search(nodeCount: number, read: (node: number) => ReferenceList, goal: number = NONE): HoldingTree {
  const holder = new Uint32Array(nodeCount).fill(NONE);
  const via = new Uint32Array(nodeCount);
  const worst = new Uint8Array(nodeCount);
  const seen = new Uint8Array(nodeCount);
  const queue = new Uint32Array(nodeCount);
  const waiting = Array.from({ length: RANKS }, () => new Postponed());
  let reached = 1;
  seen[0] = 1;

  function visit(node: number, from: number, label: number, rank: number): void {
    seen[node] = 1;
    holder[node] = from;
    via[node] = label;
    worst[node] = Math.max(worst[from], rank);
    queue[reached++] = node;
  }

  function follow(node: number): void {
    const list = read(node);
    for (let index = 0; index < list.count; index++) {
      const target = list.target[index];
      if (seen[target] === 1) continue;
      if (list.rank[index] === Rank.normal) visit(target, node, list.label[index], Rank.normal);
      else waiting[list.rank[index]].add(target, node, list.label[index]);
    }
  }

  let next = 0;
  for (;;) {
    while (next < reached && seen[goal] !== 1) follow(queue[next++]);
    const rank = seen[goal] === 1 ? -1 : waiting.findIndex((postponed) => postponed.advance(seen));
    if (rank === -1) return { holder, via, rank: worst };
    const { node, from, label } = waiting[rank].take();
    visit(node, from, label, rank);
  }
}

/** References that wait until nothing better is left, first come first served. */
class Postponed {
  private readonly nodes: number[] = [];
  private readonly holders: number[] = [];
  private readonly labels: number[] = [];
  private next = 0;

  add(node: number, from: number, label: number): void {
    this.nodes.push(node);
    this.holders.push(from);
    this.labels.push(label);
  }

  /** Goes to the first one whose target was not reached otherwise; false when there is none. */
  advance(seen: Uint8Array): boolean {
    while (this.next < this.nodes.length && seen[this.nodes[this.next]] === 1) this.next++;
    return this.next < this.nodes.length;
  }

  take(): { node: number; from: number; label: number } {
    const at = this.next++;
    return { node: this.nodes[at], from: this.holders[at], label: this.labels[at] };
  }
}
