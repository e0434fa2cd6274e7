import { describe, expect, test } from 'vitest';

import type { Collection, Recording, RecordingHeader, Sample, Stall } from '../../agent/recording.ts';
import { EXAMINERS, examine, type Area } from '../../analyzer/doctor/index.ts';
import { renderDiagnoses } from '../../analyzer/render/doctor.ts';

const MEGABYTE = 1e6;
const SECONDS = 120;

interface Patient {
  readonly seconds?: number;
  readonly header?: Partial<RecordingHeader>;
  readonly sample?: (second: number) => Partial<Sample>;
  readonly collection?: (second: number) => Partial<Collection>;
  readonly stalls?: readonly Partial<Stall>[];
}

/** A process that does well but for what is told of it. */
function recordingOf({ seconds = SECONDS, header, sample, collection, stalls = [] }: Patient): Recording {
  const each = Array.from({ length: seconds }, (_, second) => second);
  const samples = each.map((second): Sample => ({
    type: 'sample',
    atMs: second * 1000,
    rssBytes: 90 * MEGABYTE,
    heapTotalBytes: 40 * MEGABYTE,
    heapUsedBytes: (20 + (second % 5)) * MEGABYTE,
    externalBytes: 2 * MEGABYTE,
    arrayBuffersBytes: 0,
    heapSpaceBytes: {},
    loopDelayP50Ms: 1,
    loopDelayP99Ms: 8,
    loopDelayMaxMs: 12,
    loopUtilization: 0.97,
    cpuUserMs: 800,
    cpuSystemMs: 200,
    activeResources: { TCPServerWrap: 1, TCPSocketWrap: 40 + (second % 7), Timeout: 3 + (second % 4) },
    ...sample?.(second),
  }));
  const collections = each.map((second): Collection => ({
    type: 'gc',
    atMs: second * 1000 + 500,
    kind: second % 4 === 0 ? 'major' : 'minor',
    pauseMs: 4,
    ...(second % 4 === 0 && { heapUsedAfterBytes: (18 + (second % 3)) * MEGABYTE }),
    ...collection?.(second),
  }));
  const blocks = stalls.map((stall): Stall => ({
    type: 'stall',
    atMs: 50_200,
    durationMs: 200,
    category: 'cpu',
    culprit: { functionName: 'render', file: '/app/view.js', line: 7 },
    ...stall,
  }));
  return {
    header: {
      pid: 7,
      threadId: 0,
      role: 'main',
      script: '/app/server.js',
      heapLimitBytes: 2000 * MEGABYTE,
      memoryLimitBytes: null,
      ...header,
    } as RecordingHeader,
    entries: [...samples, ...collections, ...blocks].toSorted((a, b) => a.atMs - b.atMs),
    damagedLines: 0,
  };
}

/** Areas of a patient that are ill. */
function illAreas(patient: Patient): readonly Area[] {
  const { diagnoses } = examine(recordingOf(patient));
  return diagnoses.filter(({ state }) => state === 'ill').map(({ area }) => area);
}

describe('is well', () => {
  test.each<[string, Patient]>([
    ['a server under full load', {}],
    ['one that stalled for a moment once', { stalls: [{}] }],
    ['one that loads for two seconds at its start', { stalls: [{ atMs: 1000, durationMs: 2000 }] }],
    [
      'one whose memory warms up',
      { collection: (s) => ({ heapUsedAfterBytes: (60 - 40 / (1 + s / 5)) * MEGABYTE }) },
    ],
    [
      'one whose load begins later',
      { sample: (s) => ({ activeResources: { TCPSocketWrap: s < 30 ? 0 : 200 + (s % 3) } }) },
    ],
    [
      'one whose load comes in waves',
      { sample: (s) => ({ activeResources: { Timeout: Math.round(100 + 90 * Math.sin(s / 9)) } }) },
    ],
    ['a worker thread that computes', { header: { role: 'worker-thread' }, stalls: [{ durationMs: 9000 }] }],
    [
      'one that other processes left no CPU for a moment',
      { stalls: [{ category: 'starved', durationMs: 2000 }] },
    ],
  ])('%s', (_, patient) => {
    expect(illAreas(patient)).toEqual([]);
    expect(examine(recordingOf(patient)).state).toBe('healthy');
  });
});

describe('is ill', () => {
  test.each<[string, readonly Area[], Patient]>([
    ['a loop that stood still for a second', ['event-loop'], { stalls: [{ durationMs: 1500 }] }],
    ['one that stalls again and again', ['event-loop'], { stalls: [{ count: 40, totalDurationMs: 8000 }] }],
    [
      'one that never came round again',
      ['event-loop'],
      { stalls: [{ atMs: 118_000, durationMs: 10_000, isOngoing: true }] },
    ],
    ['one that is always late', ['event-loop'], { sample: () => ({ loopDelayP99Ms: 140 }) }],
    [
      'a collector that takes a fifth of the time',
      ['gc'],
      { collection: () => ({ count: 10, pauseMs: 40, totalPauseMs: 200 }) },
    ],
    ['long pauses of the collector', ['gc'], { collection: (s) => ({ pauseMs: s % 20 === 0 ? 150 : 2 }) }],
    ['no CPU', ['cpu'], { stalls: [{ category: 'starved', count: 50, totalDurationMs: 20_000 }] }],
    ['time in the kernel', ['cpu'], { sample: () => ({ cpuUserMs: 100, cpuSystemMs: 700 }) }],
    [
      'a leak',
      ['memory'],
      { collection: (s) => (s % 4 === 0 ? { heapUsedAfterBytes: (20 + s) * MEGABYTE } : {}) },
    ],
    [
      'a heap at its limit',
      ['memory'],
      { collection: (s) => (s % 4 === 0 ? { heapUsedAfterBytes: 1800 * MEGABYTE } : {}) },
    ],
    ['a container at its limit', ['memory'], { header: { memoryLimitBytes: 100 * MEGABYTE } }],
    ['timers that pile up', ['handles'], { sample: (s) => ({ activeResources: { Timeout: 5 + s * 3 } }) }],
  ])('%s', (_, areas, patient) => {
    expect(illAreas(patient)).toEqual(areas);
  });
});

test('a recording of a moment tells nothing, but for a loop that never came round', () => {
  expect(examine(recordingOf({ seconds: 2 })).state).toBe('unknown');
  const stalls = [{ atMs: 900, durationMs: 3000, isOngoing: true }] as const;
  expect(illAreas({ seconds: 2, stalls })).toEqual(['event-loop']);
});

test('what piles up is told with its rate and since when', () => {
  const recording = recordingOf({
    seconds: 300,
    sample: (s) => ({
      activeResources: { Timeout: 5 + Math.max(0, s - 30) * 2, TCPSocketWrap: 10 + (s % 3) },
    }),
  });
  const { diagnoses } = examine(recording);
  expect(diagnoses.find(({ area }) => area === 'handles')).toMatchObject({
    state: 'ill',
    summary: 'Active timers pile up and are not closed.',
    evidence: [
      expect.stringMatching(
        /^active timers rise by 120 per minute since 30 s after the start; .* \(Timeout\)$/,
      ),
    ],
  });
});

test('every area is examined once, in a text that names the function', () => {
  const recording = recordingOf({ stalls: [{ durationMs: 1500 }] });
  const text = renderDiagnoses([examine(recording)], { color: false, width: 90 });
  expect(EXAMINERS.map(({ area }) => area)).toEqual(['event-loop', 'gc', 'cpu', 'memory', 'handles']);
  expect(text).toContain('ILL  process 7 (/app/server.js)');
  expect(text).toContain('render at /app/view.js:7 (cpu): 1 time');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(90);
});
