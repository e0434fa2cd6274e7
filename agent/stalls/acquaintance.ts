/** Recognises a native call that V8 slept through, by where the thread was when it answered. */
import type { StackFrame, Stall } from '../recording.ts';
import type { Culprit } from './culprit.ts';

// More places than a program has that block.
const MAX_PLACES = 100;

// Of a place that is not known yet so many stalls are remembered.
const MAX_NAMELESS = 5;

export interface Acquaintance {
  /** What turned out to be the culprit of a stall after which the thread was found on this stack. */
  learn(stackAfter: readonly StackFrame[], culprit: Culprit): void;
  /** Who it was each time the thread was found there; null when never seen, which is then sought, or not always the same. */
  recall(stackAfter: readonly StackFrame[]): Culprit | null;
  /** Whether there is a place whose culprit was asked for and is not known yet. */
  readonly isSeeking: boolean;
  /** Remembers a stall that was recorded without a sure culprit. */
  remember(stackAfter: readonly StackFrame[], stall: Stall): void;
  /** The stalls remembered of a place whose culprit has become known since; once. */
  takeRemembered(stackAfter: readonly StackFrame[]): readonly Stall[];
}

export function createAcquaintance(): Acquaintance {
  const culpritByPlace = new Map<string, Culprit | null>();
  const sought = new Set<string>();
  const nameless = new Map<string, Stall[]>();
  return {
    learn(stackAfter, culprit) {
      const place = placeOf(stackAfter);
      const known = culpritByPlace.get(place);
      if (place === '' || (known === undefined && culpritByPlace.size >= MAX_PLACES)) return;
      sought.delete(place);
      culpritByPlace.set(place, known === undefined || isSame(known, culprit) ? culprit : null);
    },
    recall(stackAfter) {
      const place = placeOf(stackAfter);
      if (place !== '' && !culpritByPlace.has(place) && sought.size < MAX_PLACES) sought.add(place);
      return culpritByPlace.get(place) ?? null;
    },
    get isSeeking() {
      return sought.size > 0;
    },
    remember(stackAfter, stall) {
      const place = placeOf(stackAfter);
      const stalls = nameless.get(place) ?? [];
      if (place === '' || stalls.length >= MAX_NAMELESS || nameless.size >= MAX_PLACES) return;
      nameless.set(place, [...stalls, stall]);
    },
    takeRemembered(stackAfter) {
      const place = placeOf(stackAfter);
      const stalls = culpritByPlace.get(place) ? (nameless.get(place) ?? []) : [];
      nameless.delete(place);
      return stalls;
    },
  };
}

/** Empty when the thread was nowhere in particular. */
function placeOf(stack: readonly StackFrame[]): string {
  return stack.map(({ functionName, file, line }) => `${functionName} ${file}:${line}`).join('\n');
}

function isSame(known: Culprit | null, culprit: Culprit): boolean {
  return (
    known?.category === culprit.category &&
    known.culprit?.functionName === culprit.culprit?.functionName &&
    known.culprit?.file === culprit.culprit?.file
  );
}
