import { array, assert, double, property } from 'fast-check';
import { expect, test } from 'vitest';

import { Tally } from '../../agent/requests/tally.ts';

function tallyOf(latenciesMs: readonly number[]): Tally {
  const tally = new Tally();
  for (const latencyMs of latenciesMs) tally.add(latencyMs, false);
  return tally;
}

test('without a request everything is zero', () => {
  expect(new Tally().figures()).toEqual({
    count: 0,
    errors: 0,
    latencyP50Ms: 0,
    latencyP99Ms: 0,
    latencyMaxMs: 0,
  });
});

test('quantiles are within 4.4 % of those of the sorted latencies', () => {
  const latency = double({ min: 0.001, max: 900_000, noNaN: true });
  assert(
    property(array(latency, { minLength: 1, maxLength: 300 }), (latencies) => {
      const sorted = latencies.toSorted((a, b) => a - b);
      const figures = tallyOf(latencies).figures();
      const exact = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
      expect(Math.abs(figures.latencyP50Ms / exact(0.5) - 1)).toBeLessThan(0.0443);
      expect(Math.abs(figures.latencyP99Ms / exact(0.99) - 1)).toBeLessThan(0.0443);
      expect(figures.latencyMaxMs).toBe(sorted.at(-1));
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('latencies beyond its range count at the ends', () => {
  expect(tallyOf([0, -1, Number.MIN_VALUE]).figures()).toMatchObject({ count: 3, latencyMaxMs: 5e-324 });
  expect(tallyOf([1e9]).figures()).toMatchObject({ count: 1, latencyMaxMs: 1e9 });
});

test('includes what another one has counted, and can be cleared', () => {
  const tally = tallyOf([1, 2]);
  tally.add(3, true);
  const sum = new Tally();
  sum.include(tally);
  sum.include(tally);
  tally.clear();
  expect(sum).toMatchObject({ count: 6, errors: 2, totalMs: 12 });
  expect(sum.figures().latencyMaxMs).toBe(3);
  expect(tally.figures()).toEqual(new Tally().figures());
});

test('tells how many were faster than a power of two', () => {
  const tally = tallyOf([0.5, 0.99, 1.5, 3, 5, 100]);
  expect([0, 1, 2, 3, 8].map((exponent) => tally.countUpTo(exponent))).toEqual([2, 3, 4, 5, 6]);
});
