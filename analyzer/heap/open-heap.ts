import { immediateDominators } from './dominators.ts';
import type { HeapGraph } from './graph.ts';
import { readSnapshotWith } from './read-snapshot.ts';
import type { ReadOptions } from './read-snapshot.ts';
import { retainedBytes } from './retained.ts';
import { startSecondThread } from './second-thread.ts';
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

/**
 * Reads a snapshot and computes who owns what, on two threads: the fast way to what {@link readSnapshot},
 * {@link shallowBytes}, {@link immediateDominators} and {@link retainedBytes} give one after the other.
 * @throws SnapshotError as readSnapshot does
 */
export async function openHeap(path: string, options: ReadOptions = {}): Promise<Heap> {
  const { graph, shallow, dominator } = await ownership(path, options);
  options.signal?.throwIfAborted();
  return { graph, shallow, dominator, retained: retainedBytes(graph, dominator, shallow) };
}

/** All but the retained sizes; what the second thread took is free again when this is done. */
async function ownership(path: string, options: ReadOptions): Promise<Omit<Heap, 'retained'>> {
  const thread = startSecondThread();
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
