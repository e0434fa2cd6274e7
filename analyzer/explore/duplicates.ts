import { typeIndex } from '../heap/index.ts';
import type { Heap } from '../heap/index.ts';

/** A text that is there more than once. */
export interface DuplicateText {
  readonly stringIndex: number;
  /** All of them, of one size. */
  readonly nodes: readonly number[];
  /** Bytes that one copy instead of all would save. */
  readonly wasteBytes: number;
}

/** What is held twice or more often. */
export interface Duplicates {
  /** The largest waste first. */
  readonly texts: readonly DuplicateText[];
  readonly wasteBytes: number;
  readonly stringCount: number;
  readonly stringBytes: number;
}

const SIZES = 2 ** 29; // V8's longest string has fewer bytes

/**
 * Strings of equal text and size: V8 writes down the first 1,024 characters of a text, so that longer ones are told apart by
 * their size alone. Those it has not put together yet have no text.
 */
export function duplicateTexts({ graph, shallow }: Heap): Duplicates {
  const string = typeIndex(graph).node.string;
  const first = new Map<number, number>(); // StringIndex and size -> NodeIndex
  const copies = new Map<number, number[]>(); // the same -> NodeIndexes, where there are two or more
  let stringCount = 0;
  let stringBytes = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== string || shallow[node] === 0) continue;
    stringCount++;
    stringBytes += shallow[node];
    const key = graph.nodeName[node] * SIZES + Math.min(shallow[node], SIZES - 1);
    const known = first.get(key);
    const same = copies.get(key);
    if (same !== undefined) same.push(node);
    else if (known === undefined) first.set(key, node);
    else copies.set(key, [known, node]);
  }
  const texts = Array.from(copies, ([key, nodes]): DuplicateText => ({
    stringIndex: Math.floor(key / SIZES),
    nodes,
    wasteBytes: (nodes.length - 1) * shallow[nodes[0]],
  })).toSorted((one, other) => other.wasteBytes - one.wasteBytes);
  const wasteBytes = texts.reduce((sum, text) => sum + text.wasteBytes, 0);
  return { texts, wasteBytes, stringCount, stringBytes };
}
