import { expect, test } from 'vitest';
import type { Recording, RecordingEntry, RecordingHeader } from '../../agent/recording.ts';
import { requestsBetween, workBetween } from '../../analyzer/series/work.ts';

const sample = (atMs: number, cpuMs: number) =>
  ({ type: 'sample', atMs, cpuUserMs: cpuMs - 1, cpuSystemMs: 1 }) as unknown as RecordingEntry;
const snapshot = (atMs: number, pauseMs: number) =>
  ({ type: 'snapshot', atMs, pauseMs }) as unknown as RecordingEntry;
const served = (atMs: number, count: number) =>
  ({ type: 'sample', atMs, requests: { count } }) as unknown as RecordingEntry;

function recording(...entries: readonly RecordingEntry[]): Recording {
  return { header: { startedAt: 10_000 } as RecordingHeader, entries, damagedLines: 0 };
}

test.each([
  ['what was used in each window', recording(sample(1000, 100), sample(2000, 30)), [100, 30]],
  [
    'without what a snapshot used, at the rate of the rest of the window',
    recording(sample(1000, 100), snapshot(1000, 500), sample(1600, 900), sample(2000, 40)),
    [100, 50],
  ],
  [
    'at the rate of the other windows where each sample of one saw a snapshot',
    recording(sample(1000, 100), snapshot(1000, 200), sample(2000, 900)),
    [100, 80],
  ],
  ['nothing where the recording does not reach', recording(sample(1000, 100)), null],
])('workBetween: %s', (_, given, expected) => {
  expect(workBetween(given, [10_000, 11_000, 12_000])).toEqual(expected);
});

test('requestsBetween: what was answered in each window, if it was enough', () => {
  const times = [10_000, 11_000, 12_000];
  expect(requestsBetween(recording(served(900, 40), served(1900, 80)), times)).toEqual([40, 80]);
  expect(requestsBetween(recording(served(900, 40), served(1900, 3)), times)).toBe(null);
});
