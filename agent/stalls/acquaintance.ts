/** Recognises a native call that V8 slept through, by where the thread was when it answered. */
import type { StackFrame } from '../recording.ts';
import type { Culprit } from './culprit.ts';

// More places than a program has that block.
const MAX_PLACES = 100;

export interface Acquaintance {
  /** What turned out to be the culprit of a stall after which the thread was found on this stack. */
  learn(stackAfter: readonly StackFrame[], culprit: Culprit): void;
  /** Who it was each time the thread was found there; null when never seen, which is then sought, or not always the same. */
  recall(stackAfter: readonly StackFrame[]): Culprit | null;
  /** Whether there is a place whose culprit was asked for and is not known yet. */
  readonly isSeeking: boolean;
}

export function createAcquaintance(): Acquaintance {
  const culpritByPlace = new Map<string, Culprit | null>();
  const sought = new Set<string>();
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
