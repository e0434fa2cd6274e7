import type { HeapGraph } from '../heap/graph.ts';
import type { ReferenceReader } from '../model/references.ts';
import { RANKS, Rank } from '../model/ranks.ts';
import type { PathTrie } from './path-trie.ts';

export const NO_NODE = 0xffffffff;

/** The shortest-path tree over the references of one snapshot, every object merged into a path of the trie. */
export interface PathTree {
  readonly graph: HeapGraph;
  /** Objects in the order they were reached; the root first. */
  readonly order: Uint32Array; // -> NodeIndex
  readonly path: Uint32Array; // NodeIndex -> PathIndex; 0 for the root and what was not reached
  readonly holder: Uint32Array; // NodeIndex -> NodeIndex of the object it was reached from | NO_NODE
  readonly via: Uint32Array; // NodeIndex -> label of that reference
  readonly ownBytes: Float64Array; // NodeIndex -> self size with the storage that belongs to it; 0 where not reached
}

/**
 * Breadth-first from the global object; native handles, detours and accidental roots are followed only when nothing
 * better is left, so that a path through a stack slot never hides the one a person would name.
 * @param classNames NodeIndex -> interned class
 */
export function pathTree(
  graph: HeapGraph,
  reader: ReferenceReader,
  trie: PathTrie,
  classNameOf: (node: number) => number,
): PathTree {
  const path = new Uint32Array(graph.nodeCount);
  const holder = new Uint32Array(graph.nodeCount).fill(NO_NODE);
  const via = new Uint32Array(graph.nodeCount);
  const ownBytes = new Float64Array(graph.nodeCount);
  const seen = new Uint8Array(graph.nodeCount);
  const order = new Uint32Array(graph.nodeCount);
  const waiting: Waiting[] = Array.from({ length: RANKS }, () => ({
    node: [],
    holder: [],
    label: [],
    next: 0,
  }));
  let reached = 0;

  function visit(node: number, from: number, label: number): void {
    seen[node] = 1;
    holder[node] = from;
    via[node] = label;
    path[node] = from === NO_NODE ? trie.root : trie.child(path[from], label, classNameOf(node));
    order[reached++] = node;
  }

  function expand(node: number): void {
    const references = reader.read(node);
    ownBytes[node] = graph.selfSize[node] + references.storageBytes;
    for (let i = 0; i < references.count; i++) {
      const target = references.target[i];
      if (seen[target]) continue;
      if (references.rank[i] === Rank.normal) visit(target, node, references.label[i]);
      else postpone(waiting[references.rank[i]], target, node, references.label[i]);
    }
  }

  visit(0, NO_NODE, 0);
  let expanded = 0;
  for (;;) {
    while (expanded < reached) expand(order[expanded++]);
    const next = takeNext(waiting, seen);
    if (!next) break;
    visit(next.node, next.holder, next.label);
  }
  return { graph, order: order.slice(0, reached), path, holder, via, ownBytes };
}

interface Waiting {
  readonly node: number[];
  readonly holder: number[];
  readonly label: number[];
  next: number;
}

function postpone(queue: Waiting, node: number, holder: number, label: number): void {
  queue.node.push(node);
  queue.holder.push(holder);
  queue.label.push(label);
}

function takeNext(
  waiting: readonly Waiting[],
  seen: Uint8Array,
): { node: number; holder: number; label: number } | null {
  for (const queue of waiting) {
    while (queue.next < queue.node.length) {
      const at = queue.next++;
      if (!seen[queue.node[at]])
        return { node: queue.node[at], holder: queue.holder[at], label: queue.label[at] };
    }
  }
  return null;
}
