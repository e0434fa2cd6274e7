/** Keeps processes that are alike from doing the same thing at the same time. */
import { isUnderPm2 } from './environment.ts';
import type { RecordingHeader } from './recording.ts';

// 2 ** 32 divided by the golden ratio: multiples of it, modulo 2 ** 32, lie as far from each other as can be, so that
// the neighbouring pids of a cluster do. Knuth, The Art of Computer Programming, volume 3, 6.4.
const GOLDEN = 2_654_435_769;

/**
 * 0..1, another one for each process and thread: at which part of a common span of time it takes its turn. 0 for a
 * process that is none of several.
 */
export function turnOf({ role, pid, threadId }: Pick<RecordingHeader, 'role' | 'pid' | 'threadId'>): number {
  const isAlone = role === 'main' && !isUnderPm2();
  return isAlone ? 0 : (Math.imul(pid + threadId, GOLDEN) >>> 0) / 2 ** 32;
}
