import { expect, test } from 'vitest';
import { snapshotTimes } from '../../cli/run/snapshot-plan.ts';

test('with a duration: one when warm, two more spread over the rest', () => {
  expect([...snapshotTimes(60_000)]).toEqual([12_000, 30_000, 48_000]);
});

test('without one: at distances that double', () => {
  const times = [];
  for (const atMs of snapshotTimes(null)) {
    times.push(atMs);
    if (times.length === 5) break;
  }
  expect(times).toEqual([5000, 15_000, 35_000, 75_000, 155_000]);
});
