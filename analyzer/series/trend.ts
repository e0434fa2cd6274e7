export interface Point {
  readonly x: number;
  readonly y: number;
}

const MAX_POINTS = 400; // 80,000 pairs; more points are thinned evenly, the median of the slopes hardly moves

/**
 * Slope of y over x as the median of the slopes of all pairs (Theil 1950, Sen 1968): a quarter of the points may be
 * outliers. Least squares would follow a single large collection.
 * @returns null with fewer than two different x
 */
export function theilSenSlope(points: readonly Point[]): number | null {
  const thinned = thin(points);
  const slopes: number[] = [];
  for (let i = 0; i < thinned.length; i++) {
    for (let j = i + 1; j < thinned.length; j++) {
      const width = thinned[j].x - thinned[i].x;
      if (width !== 0) slopes.push((thinned[j].y - thinned[i].y) / width);
    }
  }
  return slopes.length === 0 ? null : median(slopes);
}

function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MAX_POINTS) return points;
  return Array.from({ length: MAX_POINTS }, (_, i) => points[Math.floor((i * points.length) / MAX_POINTS)]);
}

/** 0 for none. */
export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The middle of the sorted values, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
