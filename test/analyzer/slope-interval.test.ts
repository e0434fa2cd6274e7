import { describe, expect, test } from 'vitest';

import { slopeInterval } from '../../analyzer/series/slope-interval.ts';

/** Normal numbers by Box and Muller from a linear congruential generator (Numerical Recipes): the same each time. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A line of this slope with noise of which each value remembers this share of the one before. */
function series(slope: number, memory: number, seed: number) {
  const next = noise(seed);
  let level = 0;
  return Array.from({ length: 60 }, (_, x) => {
    level = memory * level + next();
    return { x, y: slope * x + level };
  });
}

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed + 1);

describe('the interval', () => {
  test.each([
    ['independent noise', 0],
    ['noise that lingers', 0.6],
  ])('holds the slope nearly always, with %s', (_, memory) => {
    const misses = SEEDS.filter((seed) => {
      const interval = slopeInterval(series(0.5, memory, seed));
      return interval !== null && (interval.low > 0.5 || interval.high < 0.5);
    });
    expect(misses.length).toBeLessThan(0.03 * SEEDS.length);
  });

  test('is narrow enough to see a rise of twice the noise', () => {
    const seen = SEEDS.filter((seed) => (slopeInterval(series(2 / 60, 0, seed))?.low ?? 0) > 0);
    expect(seen.length).toBeGreaterThan(0.8 * SEEDS.length);
  });

  test('is not moved by a tenth of outliers', () => {
    const points = series(0.5, 0, 7).map(({ x, y }) => ({ x, y: x % 10 === 3 ? y + 1000 : y }));
    const interval = slopeInterval(points);
    expect(interval?.low).toBeLessThan(0.5);
    expect(interval?.high).toBeGreaterThan(0.5);
    expect(interval?.high).toBeLessThan(0.8);
  });

  test('is none for a few points, and for points of one moment', () => {
    expect(slopeInterval(series(1, 0, 1).slice(0, 5))).toBeNull();
    expect(slopeInterval([])).toBeNull();
    expect(slopeInterval(series(1, 0, 1).map(({ y }) => ({ x: 1, y })))).toBeNull();
  });

  test('of a flat line is nothing', () => {
    expect(slopeInterval(Array.from({ length: 20 }, (_, x) => ({ x, y: 3 })))).toEqual({
      slope: 0,
      low: 0,
      high: 0,
    });
  });
});
