import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sum } from '../series/trend.ts';
import { nextTurn } from './clock.ts';

/** A full collection, whether or not Node was started with --expose-gc; also in threads and in the contexts of jest. */
export function fullCollection(): () => void {
  if (typeof globalThis.gc === 'function') return globalThis.gc;
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/**
 * Bytes that the program has in use once what is due has been done and what is dead has been collected. What the engine
 * has compiled comes late and for long, some ten kilobytes a second: it is let go, and what is left of it not counted.
 * Null where `collect` collects nothing.
 */
export async function settledHeapBytes(collect: () => void): Promise<number | null> {
  await nextTurn(); // finalizers and callbacks of the last iteration
  collectWithCode(collect);
  await nextTurn(); // what the collection itself has set free
  return bytesAfterCollection(collect);
}

/**
 * As V8 counts them at the collection's end, to the byte. `getHeapStatistics()` counts the rest of the page that is being
 * filled as well, as soon as there is one again: up to 256 kB too much, and no growth until that page is full.
 */
function bytesAfterCollection(collect: () => void): number | null {
  const profiler = new GCProfiler();
  profiler.start();
  collectWithCode(collect);
  const last = profiler.stop().statistics.at(-1);
  if (last === undefined) return null;
  const spaces = last.afterGC.heapSpaceStatistics.filter(({ spaceName: name }) => !OF_ENGINE.test(name));
  return sum(spaces.map(({ spaceUsedSize: bytes }) => bytes));
}

const OF_ENGINE = /code|trusted/; // machine code; since V8 12 also bytecode, in the space that the sandbox trusts

// V8 else lets go of code that has not run for some collections, which is none of a scenario that runs in every round.
const LETTING_GO_OF_CODE = ['stress-flush-code', 'flush-baseline-code'];

function collectWithCode(collect: () => void): void {
  for (const flag of LETTING_GO_OF_CODE) setFlagsFromString(`--${flag}`);
  collect();
  for (const flag of LETTING_GO_OF_CODE) setFlagsFromString(`--no-${flag}`);
}
