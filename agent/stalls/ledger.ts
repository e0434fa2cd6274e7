/** Keeps ten thousand stalls small: of each culprit the first few in full, the rest summed up. */
import type { Stall } from '../recording.ts';

// Enough to see a pattern and its spread.
const SINGLE_PER_CULPRIT = 5;

// A program has a handful of functions that block; more are summed up together.
const MAX_CULPRITS = 100;

export interface StallLedger {
  /** The entry to write now for a stall that ended; null when it is summed up. */
  add(stall: Stall): Stall | null;
  /** The sums since the last time, one entry for each culprit. */
  flush(): readonly Stall[];
}

export function createStallLedger(): StallLedger {
  const singles = new Map<string, number>();
  let sums = new Map<string, Stall>();

  return {
    add(stall) {
      const key = culpritKey(stall);
      const seen = singles.get(key) ?? 0;
      const hasRoom = seen > 0 || singles.size < MAX_CULPRITS;
      if (hasRoom && seen < SINGLE_PER_CULPRIT) {
        singles.set(key, seen + 1);
        return stall;
      }
      const sumKey = hasRoom ? key : OTHERS;
      const sum = sums.get(sumKey);
      sums.set(sumKey, sum === undefined ? alone(hasRoom ? stall : nameless(stall)) : joined(sum, stall));
      return null;
    },
    flush() {
      const entries = [...sums.values()];
      sums = new Map();
      return entries;
    },
  };
}

const OTHERS = '';

function culpritKey({ category, culprit }: Stall): string {
  return culprit === null ? category : `${category} ${culprit.functionName} ${culprit.file}`;
}

function alone({ stack: _stack, ...stall }: Stall): Stall {
  return { ...stall, count: 1, totalDurationMs: stall.durationMs };
}

function nameless(stall: Stall): Stall {
  return { ...stall, category: 'unknown', culprit: null };
}

function joined(sum: Stall, stall: Stall): Stall {
  return {
    ...sum,
    durationMs: Math.max(sum.durationMs, stall.durationMs),
    count: (sum.count ?? 1) + 1,
    totalDurationMs: (sum.totalDurationMs ?? sum.durationMs) + stall.durationMs,
  };
}
