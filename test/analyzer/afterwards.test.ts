import { expect, test } from 'vitest';
import type { Recording, RecordingEntry, RecordingHeader } from '../../agent/recording.ts';
import { afterwards, hasContinued, hasSettled } from '../../analyzer/series/afterwards.ts';

const MB = 1024 * 1024;
const SECONDS = 30;
const SNAPSHOTS_AT = [5000, 10_000, 15_000];

/** One sample and one major collection a second, under even load; floors in megabytes by second. */
function recording(floorAt: (second: number) => number): Recording {
  const entries = Array.from({ length: SECONDS }, (_, index): unknown[] => [
    { type: 'sample', atMs: (index + 1) * 1000, cpuUserMs: 90, cpuSystemMs: 10, externalBytes: MB },
    {
      type: 'gc',
      kind: 'major',
      atMs: (index + 1) * 1000 + 1,
      heapUsedAfterBytes: floorAt(index + 1) * MB,
    },
  ]).flat();
  return {
    header: { startedAt: 0 } as RecordingHeader,
    entries: entries as RecordingEntry[],
    damagedLines: 0,
  };
}

test.each([
  ['a leak goes on after the last snapshot', (second: number) => 20 + second, { settled: false, went: true }],
  ['a cache was full by then', (second: number) => 20 + Math.min(second, 16), { settled: true, went: false }],
  [
    'a floor that scatters tells nothing',
    (second: number) => 20 + (second % 2) * 12,
    { settled: false, went: false },
  ],
])('%s', (_, floorAt, expected) => {
  const after = afterwards(recording(floorAt), SNAPSHOTS_AT)!;
  expect({ settled: hasSettled(10 * MB, after), went: hasContinued(10 * MB, after) }).toEqual(expected);
});

test('nothing is known when the recording ends with the last snapshot', () => {
  expect(
    afterwards(
      recording(() => 20),
      [5000, 10_000, 29_000],
    ),
  ).toBe(null);
});
