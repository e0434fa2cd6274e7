import { typeIndex } from '../heap/index.ts';
import type { Heap } from '../heap/index.ts';

/** A text that is there more than once. */
export interface DuplicateText {
  readonly stringIndex: number;
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

const SYNTHETIC_TEXT = /^\((concatenated|sliced) string\)$/;

/** Strings of equal text; pieces that V8 has not put together yet have none, and are not compared. */
export function duplicateTexts({ graph, shallow }: Heap): Duplicates {
  const string = typeIndex(graph).node.string;
  const first = new Map<number, number>(); // StringIndex -> NodeIndex
  const copies = new Map<number, number[]>(); // StringIndex -> NodeIndexes, where there are two or more
  let stringCount = 0;
  let stringBytes = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== string || shallow[node] === 0) continue;
    stringCount++;
    stringBytes += shallow[node];
    const text = graph.nodeName[node];
    const known = first.get(text);
    if (known === undefined) first.set(text, node);
    else if (copies.has(text)) copies.get(text)!.push(node);
    else copies.set(text, [known, node]);
  }
  const texts = Array.from(copies, ([stringIndex, nodes]): DuplicateText => {
    const sizes = nodes.map((node) => shallow[node]);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return { stringIndex, nodes, wasteBytes: total - Math.max(...sizes.slice(0, 1000)) };
  })
    .filter(({ stringIndex }) => !SYNTHETIC_TEXT.test(graph.strings.get(stringIndex)))
    .toSorted((one, other) => other.wasteBytes - one.wasteBytes);
  const wasteBytes = texts.reduce((sum, text) => sum + text.wasteBytes, 0);
  return { texts, wasteBytes, stringCount, stringBytes };
}
