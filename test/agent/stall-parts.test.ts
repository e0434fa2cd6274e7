import { describe, expect, test } from 'vitest';

import type { Stall } from '../../agent/recording.ts';
import { createAcquaintance } from '../../agent/stalls/acquaintance.ts';
import { createAllowance } from '../../agent/stalls/allowance.ts';
import type { Culprit } from '../../agent/stalls/culprit.ts';
import { createHunt } from '../../agent/stalls/hunt.ts';
import { asWaiting, isStarved } from '../../agent/stalls/judge.ts';
import { durationMs, type Habit, type Pulse } from '../../agent/stalls/pulse.ts';
import { createTally } from '../../agent/stalls/tally.ts';

const RESOLUTION_MS = 50;

function pulse(atMs: number, parts: Partial<Pulse> = {}): Pulse {
  return { atMs, count: 1, longestMs: 50, time: null, ...parts };
}

const time = (ranMs: number, waitedMs = 0) => ({ ranMs, waitedMs });

// The last beat came at 1000, was seen at 1020, and the next one came at 1400.
const before = (ranMs: number) => pulse(970, { time: time(ranMs) });
const beat = (ranMs: number) => pulse(1020, { count: 2, time: time(ranMs) });
const end = (ranMs: number, waitedMs = 0) =>
  pulse(1402, { count: 3, longestMs: 400, time: time(ranMs, waitedMs) });

describe('how long a stall was', () => {
  test.each([
    ['an idle loop that then computed for 360 ms', 0, end(360), 0, 360],
    ['one that waited for a CPU a part of it', 0, end(200, 160), 0, 360],
    ['one that was busy for a fifth before', 10, end(14 + 360), 0.2, 360],
    ['never longer than the interval between two beats', 0, end(430), 0, 400],
    ['never shorter than it by more than the time between two beats', 0, end(250), 0, 350],
    ['in the middle when the thread waited for something else than a CPU', 0, end(3), 0, 375],
    ['in the middle when it had been busy all the time', 0, end(430), 0.9, 375],
    ['in the middle when the kernel does not tell', 0, { ...end(0), time: null }, null, 375],
  ])('%s', (_, ranMs, after, busyShare, expected) => {
    const habit = busyShare === null ? null : { ran: busyShare, waited: 0 };
    const standstill = { before: before(0), beat: beat(ranMs), habit };
    expect(durationMs(standstill, after, RESOLUTION_MS)).toBeCloseTo(expected, -1);
  });

  // A reading showed that it had come round somewhere in the 150 ms before, 105 of which the thread had worked.
  test.each([
    ['what was done after it, by a loop that is busy from then on, left out', 1, 57],
    ['all that was done, by a loop that is at rest again', 0, 105],
  ])('%s', (_, busyShare, expected) => {
    const standstill = { before: before(0), beat: beat(0), habit: { ran: 0, waited: 0 } };
    const after = pulse(1200, { count: 3, longestMs: 107, time: time(105) });
    expect(durationMs(standstill, after, RESOLUTION_MS)).toBeCloseTo(105, 0);
    expect(durationMs(standstill, after, RESOLUTION_MS, { seenMs: 1050, busyShare })).toBeCloseTo(
      expected,
      0,
    );
  });

  test('by what was polled when a longer interval of the past hides it', () => {
    const longer = { longestMs: 700, time: null };
    const standstill = { before: before(0), beat: { ...beat(0), ...longer }, habit: null };
    expect(durationMs(standstill, { ...end(0), ...longer }, RESOLUTION_MS)).toBe(382);
    // Of readings that came late, each beat more was a turn of the loop.
    expect(durationMs(standstill, { ...end(0), ...longer, count: 5 }, RESOLUTION_MS)).toBe(282);
  });

  test('never longer than any interval, however late it was read', () => {
    const late = { ...end(0), longestMs: 90, count: 5, time: null };
    const standstill = { before: before(0), beat: beat(0), habit: { ran: 0, waited: 0 } };
    expect(durationMs(standstill, late, RESOLUTION_MS)).toBeLessThan(90);
  });

  test('by what was polled when a histogram just reset did not see its beginning', () => {
    const standstill = { before: before(0), beat: { ...beat(0), count: 0 }, habit: null };
    const after = { ...end(0), count: 1, longestMs: 50, time: null };
    expect(durationMs(standstill, after, RESOLUTION_MS)).toBe(382);
  });
});

describe('what a stall was spent with', () => {
  // Read 400 ms before the last beat, and from then on 80 % busy or waiting.
  const standstill = (habit: Habit) => ({
    before: pulse(600, { time: time(0) }),
    beat: pulse(1000, { count: 8 }),
    habit,
  });
  const lastedMs = 200;
  const after = (ranMs: number, waitedMs: number) =>
    pulse(1200, { count: 9, longestMs: 230, time: time(ranMs, waitedMs) });

  test.each([
    ['a thread that had no CPU in it', { ran: 0.8, waited: 0 }, after(320 + 20, 180), true],
    ['one that computed all the time', { ran: 0.8, waited: 0 }, after(320 + 200, 0), false],
    [
      'one that always waits for half of its time',
      { ran: 0.4, waited: 0.4 },
      after(160 + 90, 160 + 110),
      true,
    ],
    ['one that waited before and then computed', { ran: 0.4, waited: 0.4 }, after(160 + 200, 160), false],
    ['one that the kernel says nothing of', { ran: 0, waited: 0 }, pulse(1200, { count: 9 }), false],
  ])('starved: %s', (_, habit, over, expected) => {
    expect(isStarved(standstill(habit), over, { lastedMs, thresholdMs: 100 })).toBe(expected);
  });

  test('what used no CPU beyond the habit waited for something', () => {
    const cpu = { ...culprit('read'), category: 'cpu' } as const;
    const habit = { ran: 0.8, waited: 0 };
    expect(asWaiting(cpu, standstill(habit), after(325, 0), lastedMs).category).toBe('native');
    expect(asWaiting(cpu, standstill(habit), after(320 + 190, 0), lastedMs).category).toBe('cpu');
  });
});

test('the allowance is spent, and comes back with a hundredth of the time', () => {
  const allowance = createAllowance();
  expect(allowance.isLeft(0)).toBe(true);
  allowance.spend(1100);
  expect(allowance.isLeft(5000)).toBe(false);
  expect(allowance.isLeft(11_000)).toBe(true);
});

test('a hunt is over after half a minute, and tells how long it was', () => {
  const hunt = createHunt();
  expect([hunt.isOn, hunt.isOver(99_999)]).toEqual([false, false]);
  hunt.begin(1000);
  hunt.begin(2000);
  expect([hunt.isOn, hunt.isOver(30_000), hunt.isOver(31_001)]).toEqual([true, false, true]);
  expect(hunt.end(31_001)).toBe(30_001);
  expect(hunt.isOn).toBe(false);
});

const culprit = (functionName: string): Culprit => ({
  category: 'json',
  culprit: { functionName, file: '/app/a.js', line: 1 },
  stack: [],
});

test('a long stall is what most of its stretches were', () => {
  const tally = createTally();
  expect(tally.heaviest()).toBeNull();
  tally.add(culprit('parse'), 400);
  tally.add(culprit('render'), 700);
  tally.add(culprit('parse'), 400);
  expect(tally.heaviest()).toEqual(culprit('parse'));
});

const stall = (atMs: number): Stall => ({
  type: 'stall',
  atMs,
  durationMs: 200,
  category: 'unknown',
  culprit: null,
});

describe('where the thread was after a native call', () => {
  const place = [{ functionName: 'next', file: '/app/a.js', line: 9 }];

  test('tells who made the call, once that is known', () => {
    const acquaintance = createAcquaintance();
    expect(acquaintance.recall(place)).toBeNull();
    acquaintance.learn(place, culprit('parse'));
    expect(acquaintance.recall(place)).toEqual(culprit('parse'));
    expect(acquaintance.recall([])).toBeNull();
  });

  test('tells nothing when it was not always the same one, nor when the thread was nowhere', () => {
    const acquaintance = createAcquaintance();
    acquaintance.learn(place, culprit('parse'));
    acquaintance.learn(place, culprit('render'));
    acquaintance.learn([], culprit('parse'));
    expect(acquaintance.recall(place)).toBeNull();
    expect(acquaintance.recall([])).toBeNull();
  });

  test('names earlier stalls that ended there, once', () => {
    const acquaintance = createAcquaintance();
    for (const atMs of [1, 2, 3, 4, 5, 6, 7]) acquaintance.remember(place, stall(atMs));
    acquaintance.remember([], stall(9));
    expect(acquaintance.takeRemembered([{ ...place[0], line: 10 }])).toEqual([]);
    acquaintance.learn(place, culprit('parse'));
    expect(acquaintance.takeRemembered(place)).toEqual([1, 2, 3, 4, 5].map(stall));
    expect(acquaintance.takeRemembered(place)).toEqual([]);
  });
});
