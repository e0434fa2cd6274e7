import { describe, expect, test } from 'vitest';

import { createLookout, type Found } from '../../agent/stalls/lookout.ts';

const RESOLUTION_MS = 50;
const THRESHOLD_MS = 100;
const END_MS = 4000;

interface Thread {
  /** 0..1 while its loop turns. */
  readonly busyShare: number;
  readonly stall?: { readonly atMs: number; readonly lastedMs: number };
  /** Milliseconds by which the watchdog sleeps too long the nth time. */
  readonly oversleep?: (nth: number) => number;
}

/** A lookout over a thread whose loop beats every 50 ms but for one stall, in simulated time. */
function lookAt({ busyShare, stall, oversleep = () => 0 }: Thread) {
  let nowMs = 0;
  let sleeps = 0;
  const looks = { readings: 0, glances: 0 };
  const stallBegin = stall?.atMs ?? Infinity;
  const stallEnd = stallBegin + (stall?.lastedMs ?? 0);
  const beats = () => {
    const times = [];
    for (let atMs = 0; atMs <= nowMs; atMs += RESOLUTION_MS) {
      if (atMs > stallBegin && atMs < stallEnd) atMs = stallEnd;
      if (atMs <= nowMs) times.push(atMs);
    }
    return times;
  };
  const count = () => beats().length - 1;
  const ranMs = () => {
    const inStall = Math.max(0, Math.min(nowMs, stallEnd) - Math.min(nowMs, stallBegin));
    return 1 + busyShare * (nowMs - inStall) + inStall;
  };
  const lookout = createLookout({
    resolutionMs: RESOLUTION_MS,
    thresholdMs: THRESHOLD_MS,
    sleep: (milliseconds) => void (nowMs += milliseconds + oversleep(sleeps++)),
    readPulse() {
      looks.readings++;
      const times = beats();
      const intervals = times.slice(1).map((atMs, index) => atMs - times[index]);
      const longestMs = Math.max(0, ...intervals);
      return { atMs: nowMs, count: count(), longestMs, time: { ranMs: ranMs(), waitedMs: 0 } };
    },
    nowMs: () => nowMs,
    countBeats() {
      looks.glances++;
      return count();
    },
    forgetLongest() {},
    isSuspended: () => false,
    isOver: (atMs) => atMs >= END_MS,
    onReading() {},
  });
  const found: Found | null = lookout.untilFound();
  return { found, foundAtMs: nowMs, ...looks };
}

const BUSY = 0.9;
const REST = 0.003;

describe('a busy loop that keeps beating', () => {
  test('is read in full once in four looks', () => {
    const { found, readings, glances } = lookAt({ busyShare: BUSY });
    expect(found).toBeNull();
    expect(readings + glances).toBeGreaterThanOrEqual(END_MS / RESOLUTION_MS);
    expect(glances / readings).toBeGreaterThan(2.5);
  });

  test('is read in full while it is neither busy nor at rest, when what it did right before tells how long a stall lasted', () => {
    expect(lookAt({ busyShare: 0.5 }).glances).toBe(0);
  });

  // Wherever among the glances the stall begins.
  test.each([1990, 2010, 2040, 2060, 2090, 2110, 2140, 2160, 2190])(
    'is found standing still as soon as one that is always read: at %i',
    (atMs) => {
      const stall = { atMs, lastedMs: 500 };
      const { found, foundAtMs, glances } = lookAt({ busyShare: BUSY, stall });
      expect(glances).toBeGreaterThan(10);
      expect(found?.over).toBeNull();
      expect(foundAtMs - atMs).toBeLessThanOrEqual(THRESHOLD_MS + RESOLUTION_MS);
      const { beat, before, habit } = found!.standstill;
      expect(beat.time).not.toBeNull();
      expect(before.time).not.toBeNull();
      expect(before.atMs).toBeLessThan(beat.atMs);
      expect(beat.atMs).toBeLessThanOrEqual(atMs + RESOLUTION_MS);
      expect(habit?.ran).toBeCloseTo(BUSY, 1);
    },
  );

  test('is found to have stood still while the watchdog itself had no CPU', () => {
    const stall = { atMs: 2010, lastedMs: 300 };
    const { found } = lookAt({ busyShare: BUSY, stall, oversleep: (nth) => (nth === 40 ? 360 : 0) });
    expect(found?.over?.durationMs).toBeGreaterThanOrEqual(300 - RESOLUTION_MS);
    expect(found?.over?.durationMs).toBeLessThanOrEqual(300 + RESOLUTION_MS);
  });
});

describe('a loop at rest', () => {
  test('is looked at seven times a second, and read in full twice', () => {
    const { found, readings, glances } = lookAt({ busyShare: REST });
    expect(found).toBeNull();
    // Once for it to be known that it is at rest, and then every third beat.
    expect(readings + glances).toBeLessThan(5 + END_MS / (3 * RESOLUTION_MS));
    expect(glances / readings).toBeGreaterThan(2);
  });

  // Wherever between two looks the stall begins.
  test.each(everyTenMs(2000, 2600))(
    'is known to the millisecond to have stood still for 150 at %i',
    (atMs) => {
      const { found } = lookAt({ busyShare: REST, stall: { atMs, lastedMs: 150 } });
      // A reading that holds a part of the stall says nothing of what it does as a rule.
      expect(found?.standstill.habit?.ran).toBeCloseTo(REST, 3);
      expect(found?.over?.durationMs ?? 150).toBeCloseTo(150, 0);
    },
  );

  test.each(everyTenMs(2000, 2600))('is found standing still before 250 ms are over at %i', (atMs) => {
    const { found, foundAtMs } = lookAt({ busyShare: REST, stall: { atMs, lastedMs: 500 } });
    expect(found?.over).toBeNull();
    expect(foundAtMs - atMs).toBeLessThanOrEqual(THRESHOLD_MS + 3 * RESOLUTION_MS);
  });
});

function everyTenMs(fromMs: number, toMs: number): number[] {
  return Array.from({ length: (toMs - fromMs) / 10 }, (_, index) => fromMs + 10 * index);
}
