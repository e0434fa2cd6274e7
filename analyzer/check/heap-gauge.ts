import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nextTurn } from './clock.ts';

/** A full collection, whether or not Node was started with --expose-gc; also in threads and in the contexts of jest. */
export function fullCollection(): () => void {
  if (typeof globalThis.gc === 'function') return globalThis.gc;
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Bytes in use once what is due has been done and what is dead has been collected. */
export async function settledHeapBytes(collect: () => void): Promise<number> {
  await nextTurn(); // finalizers and callbacks of the last iteration
  collect();
  await nextTurn(); // what the collection itself has set free
  collect();
  return getHeapStatistics().used_heap_size;
}
