import { expect, test } from 'vitest';
import { snapshotPlan } from '../../cli/run/snapshot-plan.ts';

test('with a duration: one when warm, then equal windows to the end', () => {
  const { windowsMs, lastWindowMs } = snapshotPlan(60_000);
  expect([...windowsMs, lastWindowMs]).toEqual([12_000, 16_000, 16_000, 16_000]);
});

test('without one: each window is twice as long as the one before', () => {
  const windows = [];
  for (const windowMs of snapshotPlan(null).windowsMs) {
    windows.push(windowMs);
    if (windows.length === 5) break;
  }
  expect(windows).toEqual([5000, 10_000, 20_000, 40_000, 80_000]);
});
