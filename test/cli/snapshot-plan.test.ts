import { expect, test } from 'vitest';
import { snapshotPlan } from '../../cli/run/snapshot-plan.ts';

test.each([
  ['a fifth of the duration', 60_000, null, [12_000, 16_000, 16_000, 16_000]],
  ['the time that was given', 60_000, 30_000, [30_000, 10_000, 10_000, 10_000]],
  ['no longer than the duration', 60_000, 90_000, [60_000, 0, 0, 0]],
])(
  'with a duration: one when warm, after %s, then equal windows to the end',
  (_, durationMs, warmupMs, expected) => {
    const { windowsMs, lastWindowMs } = snapshotPlan(durationMs, warmupMs);
    expect([...windowsMs, lastWindowMs]).toEqual(expected);
  },
);

test.each([
  ['5 s', null, [5000, 10_000, 20_000, 40_000, 80_000]],
  ['the time that was given', 60_000, [60_000, 10_000, 20_000, 40_000, 80_000]],
])('without one: after %s, then each window is twice as long as the one before', (_, warmupMs, expected) => {
  const windows = [];
  for (const windowMs of snapshotPlan(null, warmupMs).windowsMs) {
    windows.push(windowMs);
    if (windows.length === expected.length) break;
  }
  expect(windows).toEqual(expected);
});
