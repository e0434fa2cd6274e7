import { sum } from '../series/trend.ts';

/** Rounds of work after which the heap is measured. Warm-up is over soon; what leaks goes on with the work. */
export const MILESTONES: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];

const LEAST_GROWTH_BYTES = 2048; // what the engine itself gains or loses in so little work, as measured
const LEAST_PER_ITERATION = 32; // bytes: less than that is no object, and few iterations of it no evidence
const FLOOR_BYTES = 512;
const LEAST_PACE = 0.5; // of a round before: what fills up or warms up slows down more
const LEAST_TABLE_PACE = 0.7; // twice the work makes an array that doubles grow by at least this share of the growth before
const LEAST_BEFORE = 0.25; // and it did grow before; the engine makes a table larger just once

/** How the heap went over the second half of the rounds. */
export interface Growth {
  /** Of a usual round; where tables were made larger now and then, on average. */
  readonly bytesPerRound: number;
  /** It gains with the work, more than the engine's own unrest, and keeps what it has gained. */
  readonly isClimbing: boolean;
  /** It gained, but unsteadily: a leak among the noise of a busy machine, or a warm-up. Another look tells. */
  readonly isUnclear: boolean;
}

/**
 * Whether the heap climbs with the work: in nearly every round of the second half, or by tables that are made larger in
 * both the second quarter and the second half, as one that holds numbers is.
 * @param heapBytes bytes in use after a full collection, at each of the {@link MILESTONES}
 * @param iterationsPerRound how often the scenario ran in a round
 */
export function growthOf(heapBytes: readonly number[], iterationsPerRound: number): Growth {
  const kept = keptBytes(heapBytes);
  const early = stepsBetween(kept, 2, 4);
  const late = stepsBetween(kept, 4, 8);
  const least = leastGrowth(iterationsPerRound * late.length);
  if (isSteady(early, late, least))
    return { bytesPerRound: lowerMedian(late), isClimbing: true, isUnclear: false };
  const bytes = sum(late);
  const isClimbing = bytes >= least && isStepwise(kept, bytes);
  return { bytesPerRound: bytes / late.length, isClimbing, isUnclear: bytes >= least && !isClimbing };
}

/** What was in use at each milestone and was never let go again: at most what was in use at any later one. */
function keptBytes(heapBytes: readonly number[]): number[] {
  return heapBytes.map((_, index) => Math.min(...heapBytes.slice(index)));
}

/** A round with a jump in it is no climb, nor does one spoil it. */
function isSteady(early: readonly number[], late: readonly number[], least: number): boolean {
  const usual = lowerMedian(late);
  return usual * late.length >= least && usual >= Math.min(...early) * LEAST_PACE;
}

/** Something large that was there for a moment at the second milestone hides what came before it: the first tells, too. */
function isStepwise(kept: readonly number[], late: number): boolean {
  const early = sum(stepsBetween(kept, 2, 4));
  const before = sum(stepsBetween(kept, 1, 4));
  return late >= early * LEAST_TABLE_PACE && before >= late * LEAST_BEFORE;
}

/** Few iterations also stir the engine little, so that less is enough to look closer. */
function leastGrowth(iterations: number): number {
  return Math.min(LEAST_GROWTH_BYTES, Math.max(FLOOR_BYTES, iterations * LEAST_PER_ITERATION));
}

function stepsBetween(heapBytes: readonly number[], from: number, to: number): number[] {
  const span = heapBytes.slice(MILESTONES.indexOf(from), MILESTONES.indexOf(to) + 1);
  return span.slice(1).map((bytes, index) => bytes - span[index]);
}

const lowerMedian = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

const LEAST_GOING_ON = 0.3; // of the growth before, in which a table may have been made larger that has room now
const LEAST_LEFT = 5; // bytes per iteration, of the eight that a number or a reference needs, as tables have room to spare
const LATER_UNREST_BYTES = 8192; // of the engine in as much work, as measured: more than that need not be a slot each

/**
 * Whether a heap that climbed goes on over as many rounds again. A warm-up is over by then, and of noise only the ground
 * counts, on which the heap stood at times in the second half of either: from the one to the other every table with new
 * entries in each iteration outgrows itself.
 */
export function laterGrowth(heapBytes: readonly number[], first: FirstLook): Growth {
  const bytes = groundOf(heapBytes) - groundOf(first.heapBytes);
  const rounds = heapBytes.length;
  const iterations = rounds * first.iterationsPerRound;
  const least = Math.max(
    leastGrowth(iterations),
    Math.min(LATER_UNREST_BYTES, iterations * LEAST_LEFT),
    rounds * first.growth.bytesPerRound * LEAST_GOING_ON,
  );
  return { bytesPerRound: bytes / rounds, isClimbing: bytes >= least, isUnclear: false };
}

/** The rounds before. */
export interface FirstLook {
  readonly heapBytes: readonly number[];
  readonly iterationsPerRound: number;
  readonly growth: Growth;
}

const groundOf = (heapBytes: readonly number[]) => Math.min(...heapBytes.slice(heapBytes.length / 2));
