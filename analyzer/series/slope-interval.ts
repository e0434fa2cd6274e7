import { theilSenSlope, type Point } from './trend.ts';

export interface SlopeInterval {
  /** Of y over x, by {@link theilSenSlope}. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

// Fewer give an interval that reaches over all slopes there are.
const MIN_POINTS = 6;

const MAX_POINTS = 300;

// 99 %: a run has several series to be wrong about.
const Z = 2.576;

/**
 * The median slope with a 99 % interval that needs no distribution: the slopes at the ranks that Kendall's tau may have by
 * chance (Sen 1968). Neighbouring points that go together, as in waves of load, make it too narrow; so points are thinned
 * by how much each resembles the one before it.
 * @returns null with fewer than six points that tell something of their own
 */
export function slopeInterval(points: readonly Point[]): SlopeInterval | null {
  const slope = theilSenSlope(points);
  if (slope === null) return null;
  const independent = thinned(points, pointsPerFact(points, slope));
  if (independent.length < MIN_POINTS) return null;
  const slopes = pairSlopes(independent);
  const count = independent.length;
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const half = (Z * deviation) / 2;
  const at = (rank: number) => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))];
  return { slope, low: at(slopes.length / 2 - half), high: at(slopes.length / 2 + half) };
}

/** How many neighbouring points tell as much as one: (1 + r) / (1 - r) for the correlation r of neighbours' residuals. */
function pointsPerFact(points: readonly Point[], slope: number): number {
  const residuals = points.map(({ x, y }) => y - slope * x);
  const mean = residuals.reduce((sum, value) => sum + value, 0) / residuals.length;
  let together = 0;
  let total = 0;
  for (const [index, value] of residuals.entries()) {
    total += (value - mean) ** 2;
    if (index > 0) together += (value - mean) * (residuals[index - 1] - mean);
  }
  const correlation = total === 0 ? 0 : Math.min(0.95, Math.max(0, together / total));
  return (1 + correlation) / (1 - correlation);
}

function thinned(points: readonly Point[], pointsPerOne: number): readonly Point[] {
  const count = Math.min(MAX_POINTS, Math.floor(points.length / pointsPerOne));
  return Array.from({ length: count }, (_, index) => points[Math.floor((index * points.length) / count)]);
}

function pairSlopes(points: readonly Point[]): readonly number[] {
  const slopes = points.flatMap((later, index) =>
    points
      .slice(0, index)
      .filter(({ x }) => x !== later.x)
      .map((earlier) => (later.y - earlier.y) / (later.x - earlier.x)),
  );
  return slopes.toSorted((one, other) => one - other);
}
