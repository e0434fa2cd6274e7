import { immediateDominators } from './dominators.ts';
import type { HeapGraph } from './graph.ts';
import { loadIndex, saveIndex } from './heap-index.ts';
import { readSnapshotWith } from './read-snapshot.ts';
import type { ReadOptions } from './read-snapshot.ts';
import { retainedBytes } from './retained.ts';
import { secondThreadFor } from './second-thread.ts';
import type { SecondThread } from './second-thread.ts';
import { shallowBytes } from './shallow.ts';
import { toShared } from './shared-graph.ts';

/** A snapshot with the columns that almost every question needs. */
export interface Heap {
  readonly graph: HeapGraph;
  readonly shallow: Uint32Array | Float64Array; // NodeIndex -> bytes, from shallowBytes
  readonly dominator: Uint32Array; // NodeIndex -> NodeIndex, from immediateDominators
  readonly retained: Float64Array; // NodeIndex -> bytes, from retainedBytes
}

export interface OpenOptions extends ReadOptions {
  /**
   * Keep an index beside the snapshot (`<file>.index`, about two thirds of its size, readable by its owner only) from which it
   * opens at once the next time; by default false. A stale or damaged index is made anew.
   */
  readonly index?: boolean;
}

/**
 * Reads a snapshot and computes who owns what, on two threads: the fast way to what {@link readSnapshot},
 * {@link shallowBytes}, {@link immediateDominators} and {@link retainedBytes} give one after the other.
 * @throws SnapshotError as readSnapshot does
 */
export async function openHeap(path: string, options: OpenOptions = {}): Promise<Heap> {
  if (options.index !== true) return computeHeap(path, options);
  const indexed = await loadIndex(path);
  if (indexed !== null) return indexed;
  const heap = await computeHeap(path, options);
  saveIndex(path, heap);
  return heap;
}

async function computeHeap(path: string, options: ReadOptions): Promise<Heap> {
  const { graph, shallow, dominator } = await ownership(path, options);
  options.signal?.throwIfAborted();
  return { graph, shallow, dominator, retained: retainedBytes(graph, dominator, shallow) };
}

/** All but the retained sizes; what the second thread took is free again when this is done. */
async function ownership(path: string, options: ReadOptions): Promise<Omit<Heap, 'retained'>> {
  const thread = secondThreadFor(path);
  try {
    const graph = await readSnapshotWith(thread, path, options);
    const dominators = dominatorsOn(thread, graph);
    const shallow = shallowBytes(graph);
    return { graph, shallow, dominator: await dominators };
  } finally {
    await thread?.close();
  }
}

async function dominatorsOn(thread: SecondThread | null, graph: HeapGraph): Promise<Uint32Array> {
  const shared = toShared(graph);
  return thread === null || shared === null ? immediateDominators(graph) : thread.run('dominators', shared);
}
