import { statSync } from 'node:fs';
import { classify } from './classes.ts';
import type { Classification } from './classes.ts';
import { dominatorTree } from './dominators.ts';
import type { DominatorTree } from './dominators.ts';
import type { HeapGraph } from './graph.ts';
import { loadIndex, saveIndex } from './heap-index.ts';
import { readSnapshotWith } from './read-snapshot.ts';
import type { ReadOptions } from './read-snapshot.ts';
import { retainedInOrder } from './retained.ts';
import { secondThreadFor } from './second-thread.ts';
import type { SecondThread } from './second-thread.ts';
import { shallowBytes } from './shallow.ts';
import { inferShapes } from './shapes.ts';
import { toShared } from './shared-graph.ts';

/** A snapshot with the columns that almost every question needs. */
export interface Heap {
  readonly graph: HeapGraph;
  readonly shallow: Uint32Array | Float64Array; // NodeIndex -> bytes, from shallowBytes
  readonly classes: Classification; // from classify
  readonly dominator: Uint32Array; // NodeIndex -> NodeIndex, from immediateDominators
  readonly retained: Uint32Array | Float64Array; // NodeIndex -> bytes, as of retainedBytes
}

export interface OpenOptions extends ReadOptions {
  /**
   * Keep an index beside the snapshot (`<file>.index`, about two thirds of its size, readable by its owner only) from which it
   * opens at once the next time; by default false. A stale or damaged index is made anew.
   */
  readonly index?: boolean;
}

/**
 * Reads a snapshot and computes who owns what, on two threads: the fast way to what {@link readSnapshot}, {@link shallowBytes},
 * {@link classify}, {@link immediateDominators} and {@link retainedBytes} give one after the other.
 * @throws SnapshotError as readSnapshot does
 */
export async function openHeap(path: string, options: OpenOptions = {}): Promise<Heap> {
  if (options.index !== true || !isFile(path)) return computeHeap(path, options);
  const indexed = await loadIndex(path);
  if (indexed !== null) return indexed;
  const heap = await computeHeap(path, options);
  saveIndex(path, heap);
  return heap;
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

async function computeHeap(path: string, options: ReadOptions): Promise<Heap> {
  const thread = secondThreadFor(path);
  const stop = (): void => void thread?.close(); // and with it, whatever it is doing
  options.signal?.addEventListener('abort', stop);
  let elsewhere: Promise<DominatorTree> | null = null;
  try {
    const graph = await readSnapshotWith(thread, path, options, (unchecked) => {
      elsewhere = thread === null ? null : dominatorTreeOn(thread, unchecked);
    });
    const own = sizesAndClasses(graph);
    const tree = (await elsewhere) ?? dominatorTree(graph);
    await thread?.close(); // what it took is free again
    options.signal?.throwIfAborted();
    return { graph, ...own, dominator: tree.dominator, retained: retainedInOrder(tree, own.shallow) };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await thread?.close();
  }
}

/** @returns null for a graph that can't be shared */
function dominatorTreeOn(thread: SecondThread, graph: HeapGraph): Promise<DominatorTree> | null {
  const shared = toShared(graph);
  if (shared === null) return null;
  const tree = thread.run('dominators', shared);
  tree.catch(() => {}); // when reading fails after all, nobody waits for it
  return tree;
}

/** What this thread finds out while the second one looks for dominators. */
function sizesAndClasses(graph: HeapGraph): Pick<Heap, 'shallow' | 'classes'> {
  const column = new Uint32Array(graph.nodeCount); // for one after the other
  const shallow = shallowBytes(graph, column);
  return { shallow, classes: classify(graph, inferShapes(graph), column) };
}
