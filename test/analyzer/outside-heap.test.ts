import { describe, expect, test } from 'vitest';
import type { Recording, RecordingEntry, RecordingHeader } from '../../agent/recording.ts';
import { outsideGrowth } from '../../analyzer/series/outside-heap.ts';

const HEADER = { type: 'header', version: 1, pid: 1, threadId: 0 } as RecordingHeader;
const MB = 1e6;
const SAMPLE_MS = 500;
const SAMPLES = 10; // per window
const SNAPSHOT_MS = 700;

/** Snapshots with windows between them, in each of which memory outside the heap goes through these megabytes. */
function recordingWith(
  windows: readonly (readonly [number, number])[],
  workers = 0,
  heapMB: (window: number) => number = () => 50,
): Recording {
  const entries = windows.flatMap(([from, to], window) => {
    const startMs = window * (SAMPLES * SAMPLE_MS + 2 * SNAPSHOT_MS);
    const snapshot = { type: 'snapshot', atMs: startMs, status: 'written', pauseMs: SNAPSHOT_MS };
    const samples = Array.from({ length: SAMPLES }, (_, at) => ({
      type: 'sample',
      atMs: startMs + SNAPSHOT_MS + (at + 1) * SAMPLE_MS,
      rssBytes: (100 + from + ((to - from) * at) / (SAMPLES - 1)) * MB,
      heapTotalBytes: 60 * MB,
      heapUsedBytes: heapMB(window) * MB,
      externalBytes: 40 * MB,
      activeResources: { MessagePort: 1 + (window * SAMPLES + at) * workers },
    }));
    return [snapshot, ...samples] as unknown as RecordingEntry[];
  });
  return { header: HEADER, entries, damagedLines: 0 };
}

describe('memory outside the heap', () => {
  test('that grows in every window is told, with what snapshots cost left out', () => {
    const growth = outsideGrowth(
      recordingWith(
        [
          [50, 60],
          [90, 100],
          [130, 140],
        ],
        2,
      ),
    )!;
    expect(growth.windows).toBe(3);
    expect(growth.bytes).toEqual([50 * MB, 90 * MB, 130 * MB]);
    expect(growth.bytesPerMinute / MB).toBeCloseTo(133, 0);
    expect([...growth.resources]).toEqual([['MessagePort', [1, 59]]]);
  });

  const hiding = [
    [50, 50],
    [90, 90],
    [130, 130],
    [170, 171],
  ] as const;

  test('that hides in what a snapshot leaves behind is told from snapshot to snapshot', () => {
    expect(outsideGrowth(recordingWith(hiding))?.windows).toBe(3);
  });

  test('that a larger heap explains, whose snapshots need more, is not', () => {
    expect(outsideGrowth(recordingWith(hiding, 0, (window) => 50 + 8 * window))).toBe(null);
  });

  test('is told by the main thread alone', () => {
    const recording = recordingWith(hiding);
    expect(outsideGrowth({ ...recording, header: { ...HEADER, threadId: 1 } })).toBe(null);
  });

  test.each([
    [
      'only while snapshots are taken',
      [
        [50, 50],
        [90, 90],
        [130, 130],
      ],
    ],
    [
      'ever more slowly',
      [
        [50, 80],
        [90, 110],
        [120, 125],
      ],
    ],
    [
      'by little',
      [
        [50, 53],
        [53, 56],
        [56, 59],
      ],
    ],
    [
      'in some windows',
      [
        [50, 70],
        [90, 80],
        [100, 130],
      ],
    ],
    ['in the only window there is', [[50, 150]]],
  ] as const)('that grows %s is not', (_, windows) => {
    expect(outsideGrowth(recordingWith(windows))).toBe(null);
  });
});
