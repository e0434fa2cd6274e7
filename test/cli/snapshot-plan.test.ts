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
  ['3 s', null, [3000, 3000, 3000, 6000, 12_000, 24_000]],
  ['the time that was given', 60_000, [60_000, 3000, 3000, 6000, 12_000]],
])(
  'without one: after %s, two windows alike, then each twice as long as the one before',
  (_, warmupMs, expected) => {
    const windows = [];
    for (const windowMs of snapshotPlan(null, warmupMs).windowsMs) {
      windows.push(windowMs);
      if (windows.length === expected.length) break;
    }
    expect(windows).toEqual(expected);
  },
);
