import { describe, expect, test } from 'vitest';

import { createGrowthWatch } from '../../agent/growth-watch.ts';

const MB = 1024 * 1024;
const FLOORS = 60;

/** Minutes -> megabytes of floor; a major collection comes about every ten seconds. */
type Shape = (minute: number, noise: number) => number;

const GROWING: Readonly<Record<string, Shape>> = {
  'a steady leak': (minute) => 40 + 5 * minute,
  'a leak with noise': (minute, noise) => 40 + 5 * minute + 2 * noise,
  'a leak after a steep start': (minute) => 40 + 60 * (1 - Math.exp(-minute * 6)) + 8 * minute,
  'a leak that becomes faster': (minute) => 40 + minute ** 1.4,
  'a slow leak in a large heap': (minute, noise) => 800 + 12 * minute + 4 * noise,
};

const NOT_GROWING: Readonly<Record<string, Shape>> = {
  'a flat floor': () => 40,
  'a noisy floor': (_, noise) => 40 + 10 * noise,
  'a start that ends': (minute) => 40 + 60 * (1 - Math.exp(-minute * 6)),
  'a warm-up of minutes': (minute) => 40 + 30 * (1 - Math.exp(-minute)),
  'a floor that sinks': (minute) => 100 - minute,
  'waves of load': (minute, noise) => 60 + 20 * Math.sin(minute * 4) + 2 * noise,
  'growth too small to matter': (minute) => 40 + 0.1 * minute,
};

describe('asks for three snapshots, and for one after as long again', () => {
  test.each(Object.keys(GROWING))('%s', (name) => {
    const { length } = asksOf(GROWING[name]);
    expect(length).toBeGreaterThanOrEqual(3); // the fourth may be due after the end
    expect(length).toBeLessThanOrEqual(4);
  });
});

describe('asks for none', () => {
  test.each(Object.keys(NOT_GROWING))('%s', (name) => {
    expect(asksOf(NOT_GROWING[name])).toEqual([]);
  });
});

test('asks for none while a busy server warms up, as one was recorded', () => {
  const watch = createGrowthWatch();
  const floors = [
    [1.5, 7.99],
    [3.6, 8.44],
    [4.4, 8.49],
    [6.1, 8.29],
    [7.9, 8.77],
    [8.2, 9.6],
    [8.5, 8.1],
    [9.9, 9.42],
    [10.2, 9.21],
    [10.4, 9.35],
    [10.7, 9.9],
    [11, 8.9],
    [11.3, 9.72],
    [12.3, 8.14],
    [13.7, 8.54],
    [14.4, 8.26],
    [15.4, 8.73],
  ];
  expect(floors.filter(([seconds, megabytes]) => watch.add(seconds * 1000, megabytes * MB))).toEqual([]);
});

test('asks again when the heap has become twice as large', () => {
  expect(asksOf((minute) => 20 + 20 * minute).length).toBeGreaterThan(4);
});

test('the window after one that a copy at work made longer is as long', () => {
  const watch = createGrowthWatch();
  const takenAt: number[] = [];
  for (let second = 1; takenAt.length < 3; second++) {
    if (!watch.add(second * 1000, (40 + second) * MB)) continue;
    takenAt.push(second);
    const ends = second + (takenAt.length === 1 ? 60 : 5);
    while (second < ends) expect(watch.add(++second * 1000, (40 + second) * MB)).toBe(false);
    watch.settled(takenAt[takenAt.length - 1] * 1000);
  }
  const [first, next, last] = takenAt;
  expect(next - first).toBeGreaterThan(60);
  expect(last - next).toBeGreaterThanOrEqual(next - first);
});

test('what came to nothing holds nothing up', () => {
  const watch = createGrowthWatch();
  let asks = 0;
  for (let second = 1; second < 200 && asks < 3; second++) {
    if (!watch.add(second * 1000, (40 + second) * MB)) continue;
    asks++;
    watch.settled(null);
  }
  expect(asks).toBe(3);
});

/** The megabytes at which a snapshot was asked for, over ten minutes. */
function asksOf(shape: Shape): readonly number[] {
  const watch = createGrowthWatch();
  const noise = seededNoise(1);
  const asks: number[] = [];
  for (let index = 0; index < FLOORS; index++) {
    const minute = index / 6 + noise() / 20 + 0.05;
    const floor = shape(minute, noise());
    if (!watch.add(minute * 60_000, floor * MB)) continue;
    asks.push(floor);
    watch.settled(null);
  }
  return asks;
}

/** Numbers in -1..1, the same ones each time (mulberry32 by Tommy Ettinger). */
function seededNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
