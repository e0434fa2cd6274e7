import { expect, test } from 'vitest';
import type { Recording, RecordingEntry, RecordingHeader } from '../../agent/recording.ts';
import { isFlat, memoryTrend, restAfter } from '../../analyzer/series/memory-trend.ts';

const MEGABYTE = 1024 * 1024;

const HEADER = { type: 'header', version: 1, pid: 1, heapLimitBytes: 1000 * MEGABYTE } as RecordingHeader;

/** A major collection and a sample every five seconds, with these floors and RSS in megabytes. */
function recording(floors: readonly number[], rss: readonly number[] = floors.map(() => 100)): Recording {
  const entries = floors.flatMap((floor, index) => {
    const atMs = index * 5000;
    const gc = { type: 'gc', atMs, kind: 'major', pauseMs: 1, heapUsedAfterBytes: floor * MEGABYTE };
    const sample = {
      type: 'sample',
      atMs,
      rssBytes: rss[index] * MEGABYTE,
      heapUsedBytes: floor * MEGABYTE,
      externalBytes: 0,
    };
    return [gc, sample] as unknown as RecordingEntry[];
  });
  return { header: HEADER, entries, damagedLines: 0 };
}

const minutes = (floor: (step: number) => number) => Array.from({ length: 37 }, (_, step) => floor(step));

test.each([
  ['a flat floor', recording(minutes(() => 50)), true],
  ['a floor with noise', recording(minutes((step) => 50 + ((step * 7) % 5) / 10)), true],
  ['warm-up that ends', recording(minutes((step) => Math.min(80, 50 + 3 * step))), true],
  ['a floor that climbs', recording(minutes((step) => 50 + step)), false],
  [
    'RSS that climbs while the heap does not',
    recording(
      minutes(() => 50),
      minutes((step) => 100 + step),
    ),
    false,
  ],
  ['too short to tell', recording([50, 50, 50, 50, 50, 50, 50]), false],
  ['no collections', { header: HEADER, entries: [], damagedLines: 0 }, false],
])('isFlat: %s', (_, given, expected) => {
  expect(isFlat(given)).toBe(expected);
});

test('a climbing floor tells its slope and the time to the limit', () => {
  const trend = memoryTrend(recording(minutes((step) => 50 + step)));
  expect(trend.floorBytesPerMinute).toBe(12 * MEGABYTE);
  expect(trend.timeToHeapLimitMs).toBe(((1000 - 86) / 12) * 60_000);
});

const BREAK_MS = 17 * 5000;

test.each([
  ['a rise that ends', (step: number) => Math.min(80, 50 + 2 * step), true],
  ['a snapshot of a flat heap', () => 50, true],
  ['a rise that goes on', (step: number) => 50 + step, false],
  ['a slow rise that goes on, too little to look at by itself', (step: number) => 50 + step / 25, false],
])('restAfter: %s', (_, floor, expected) => {
  expect(restAfter(recording(minutes(floor)), BREAK_MS) !== null).toBe(expected);
});
