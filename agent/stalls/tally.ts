/** What a long stall's time went to, of which one stretch at a time is looked at in detail. */
import type { Culprit } from './culprit.ts';

export interface Tally {
  add(culprit: Culprit, seenMs: number): void;
  /** What most of the time went to; null before the first. */
  heaviest(): Culprit | null;
}

export function createTally(): Tally {
  const counted = new Map<string, { culprit: Culprit; totalMs: number }>();
  return {
    add(culprit, seenMs) {
      const key = culpritKey(culprit);
      const totalMs = (counted.get(key)?.totalMs ?? 0) + seenMs;
      counted.set(key, { culprit, totalMs });
    },
    heaviest() {
      const [first] = [...counted.values()].toSorted((a, b) => b.totalMs - a.totalMs);
      return first?.culprit ?? null;
    },
  };
}

function culpritKey({ category, culprit }: Culprit): string {
  return culprit === null ? category : `${category} ${culprit.functionName} ${culprit.file}`;
}
