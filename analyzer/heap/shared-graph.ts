import type { HeapGraph } from './graph.ts';
import { ByteStrings } from './string-table.ts';
import type { StringBytes } from './string-table.ts';

/** A graph on its way to another thread: its columns are shared, not copied. */
export type SharedGraph = Omit<HeapGraph, 'strings'> & { readonly strings: StringBytes };

/** @returns null for a graph whose strings are not those of a file */
export function toShared(graph: HeapGraph): SharedGraph | null {
  return graph.strings instanceof ByteStrings ? { ...graph, strings: graph.strings.parts } : null;
}

export function fromShared(graph: SharedGraph): HeapGraph {
  return { ...graph, strings: new ByteStrings(graph.strings) };
}
