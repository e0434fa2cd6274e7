const WARM_UP_SHARE = 1 / 3; // feedback vectors, inline caches and optimized code come in the first rounds
const LEAST_GROWTH_BYTES = 4096; // what the engine itself gains or loses between two collections at most, as measured
const MOST_FALLING_SHARE = 0.25;
const MOST_IN_ONE_ROUND = 0.75; // an array that doubles has its growth in few rounds, a single table in one

/** How the heap went over rounds of equal work, after the warm-up. */
export interface Growth {
  readonly bytes: number;
  /** How many rounds that were. */
  readonly rounds: number;
  /** It has gained more than the engine's own unrest, and hardly ever lost again what it had gained. */
  readonly isRising: boolean;
  /** It did not gain it all at once. */
  readonly isGradual: boolean;
}

/**
 * Whether the heap goes on growing.
 * @param heapBytes bytes in use after a full collection, before the first and after every round
 */
export function growthOf(heapBytes: readonly number[]): Growth {
  const considered = heapBytes.slice(Math.floor(heapBytes.length * WARM_UP_SHARE));
  const steps = considered.slice(1).map((bytes, at) => bytes - considered[at]);
  const bytes = considered[considered.length - 1] - considered[0];
  const fallenBytes = steps.reduce((sum, step) => sum - Math.min(0, step), 0);
  return {
    bytes,
    rounds: steps.length,
    isRising: bytes >= LEAST_GROWTH_BYTES && fallenBytes <= bytes * MOST_FALLING_SHARE,
    isGradual: Math.max(...steps) <= bytes * MOST_IN_ONE_ROUND,
  };
}
