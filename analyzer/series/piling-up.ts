import type { Point } from './trend.ts';
import { theilSenSlope } from './trend.ts';

/** A number that was never again as low as before, in any quarter of the time. */
export interface Pile {
  /** The lowest in each quarter. */
  readonly least: readonly number[];
  /** Until then it was as low as in the first quarter, in milliseconds as the points have them. */
  readonly sinceMs: number;
  readonly perMinute: number;
}

// Fewer come and go with whatever a program does.
const MIN_GAIN = 20;
const MIN_GAIN_SHARE = 0.2;

const QUARTERS = 4;
const MIN_POINTS = 12;
const MINUTE_MS = 60_000;

// What piles up does so in every quarter about alike.
const MIN_LAST_STEP = 1 / 3; // of the first one

/** @param points counts over milliseconds, in order; too few of them pile up nothing */
export function pileOf(points: readonly Point[]): Pile | null {
  if (points.length < MIN_POINTS) return null;
  const least = Array.from({ length: QUARTERS }, (_, quarter) =>
    Math.min(
      ...points
        .slice((quarter * points.length) / QUARTERS, ((quarter + 1) * points.length) / QUARTERS)
        .map(({ y }) => y),
    ),
  );
  const steps = least.slice(1).map((count, index) => count - least[index]);
  // A load that begins brings all that it opens at once.
  const gain = least[QUARTERS - 1] - least[1];
  const isSteady = steps.every((step) => step > 0) && steps[QUARTERS - 2] >= steps[0] * MIN_LAST_STEP;
  if (!isSteady || gain < Math.max(MIN_GAIN, MIN_GAIN_SHARE * least[1])) return null;
  const since = points.findLastIndex(({ y }) => y <= least[0]);
  return {
    least,
    sinceMs: points[since].x,
    perMinute: (theilSenSlope(points.slice(since)) ?? 0) * MINUTE_MS,
  };
}
