/** Keeps what the profiler costs the application within a hundredth of the time, however often its loop stalls. */

const SHARE = 1 / 100;

// A program that stalls once in a while has all its stalls profiled; and one that has just begun to is not to wait.
const MAX_SAVED_MS = 1000;

export interface Allowance {
  /** Whether there is something left to spend. */
  isLeft(nowMs: number): boolean;
  spend(costMs: number): void;
}

export function createAllowance(): Allowance {
  let leftMs = MAX_SAVED_MS;
  let toppedUpMs = 0;
  return {
    isLeft(nowMs) {
      leftMs = Math.min(MAX_SAVED_MS, leftMs + (nowMs - toppedUpMs) * SHARE);
      toppedUpMs = nowMs;
      return leftMs > 0;
    },
    spend(costMs) {
      leftMs -= costMs;
    },
  };
}
