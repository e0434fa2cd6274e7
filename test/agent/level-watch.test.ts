import { expect, test } from 'vitest';

import { createLevelWatch } from '../../agent/level-watch.ts';
import { turnOf } from '../../agent/spread.ts';

test('asks at the level, twice more a tenth above the last time, and again at twice the size', () => {
  const watch = createLevelWatch(100);
  const sizes = [99, 100, 101, 109, 111, 121, 123, 200, 240, 246, 250, 280];
  expect(sizes.filter((bytes) => watch.add(bytes))).toEqual([100, 111, 123, 246, 280]);
});

test('what falls and rises again below the next size asks for nothing', () => {
  const watch = createLevelWatch(100);
  expect([100, 50, 105, 50, 108].map((bytes) => watch.add(bytes))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('a process that is alone waits for nobody, the workers of a cluster lie far apart', () => {
  expect(turnOf({ role: 'main', pid: 4711, threadId: 0 })).toBe(0);
  const turns = Array.from({ length: 8 }, (_, worker) =>
    turnOf({ role: 'cluster-worker', pid: 4711 + worker, threadId: 0 }),
  ).toSorted((a, b) => a - b);
  const gaps = turns.slice(1).map((turn, index) => turn - turns[index]);
  expect(Math.min(...gaps)).toBeGreaterThan(1 / 16);
  expect(turns[0]).toBeGreaterThanOrEqual(0);
  expect(turns[7]).toBeLessThan(1);
});
