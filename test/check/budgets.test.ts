import { expect, test } from 'vitest';
import type { Collection, Recording, RecordingEntry, Sample, Stall } from '../../agent/recording.ts';
import type { Block } from '../../analyzer/check/longest-block.ts';
import type { Finding, Report } from '../../analyzer/report.ts';
import type { Budgets, Measures } from '../../cli/check/check-report.ts';
import { measuresOf } from '../../cli/check/measured.ts';
import { perIteration } from '../../cli/check/per-iteration.ts';
import { budgetProblems, leakProblems, stallProblem } from '../../cli/check/problems.ts';

const sample = (atMs: number, loopDelayP99Ms: number) => ({ type: 'sample', atMs, loopDelayP99Ms }) as Sample;
const major = (atMs: number, pauseMs: number, heapUsedAfterBytes: number): Collection => ({
  type: 'gc',
  atMs,
  kind: 'major',
  pauseMs,
  heapUsedAfterBytes,
});
const snapshot = (atMs: number, pauseMs = 0): RecordingEntry => ({
  type: 'snapshot',
  atMs,
  sequence: 1,
  reason: 'schedule',
  status: 'written',
  pauseMs,
});
const stall = (atMs: number, durationMs: number): Stall => ({
  type: 'stall',
  atMs,
  durationMs,
  category: 'cpu',
  culprit: { functionName: 'hold', file: '/app/shop.js', line: 3 },
});
const recordingOf = (...entries: readonly RecordingEntry[]) => ({ entries }) as unknown as Recording;

test('measures are of the rounds: neither of the warm-up, nor of what snapshots cost', () => {
  const recording = recordingOf(
    stall(500, 900),
    major(600, 900, 90e6),
    snapshot(1000, 400),
    major(1100, 300, 5e6),
    sample(2000, 11),
    major(2500, 50, 20e6),
    stall(2600, 120),
    sample(3000, 13),
    snapshot(3500, 500),
    major(3600, 350, 6e6),
    major(4500, 100, 30e6),
    sample(5000, 12),
    snapshot(6000, 400),
    stall(6100, 400),
  );
  expect(measuresOf([recording])).toEqual({
    heapFloorMB: 20,
    loopP99Ms: 12,
    longestBlockMs: 120,
    gcShare: 0.05,
  });
});

test('of several processes the worst counts', () => {
  const quiet = recordingOf(sample(0, 1), major(10, 1, 1e6), sample(1000, 1));
  const busy = recordingOf(sample(0, 30), major(10, 100, 40e6), sample(1000, 30));
  expect(measuresOf([quiet, busy])).toMatchObject({ heapFloorMB: 40, loopP99Ms: 30, gcShare: 0.1 });
});

const NAMES = ['heapFloorMB', 'loopP99Ms', 'longestBlockMs', 'gcShare'] as const;
const MEASURES: Measures = { heapFloorMB: 40, loopP99Ms: 30, longestBlockMs: 120, gcShare: 0.1 };

test.each<[name: (typeof NAMES)[number], limit: number, title: string]>([
  ['heapFloorMB', 39, 'The heap after collections came to 40 MB, the budget is 39 MB'],
  ['loopP99Ms', 29, "The event loop's delay (p99) came to 30 ms, the budget is 29 ms"],
  ['longestBlockMs', 119, 'The longest block of the event loop came to 120 ms, the budget is 119 ms'],
  ['gcShare', 0.09, "Garbage collection's share of the time came to 0.1, the budget is 0.09"],
])('%s fails above its budget, and nowhere else', (name, limit, title) => {
  expect(budgetProblems(MEASURES, { [name]: MEASURES[name]! }, NAMES)).toEqual([]);
  expect(budgetProblems(MEASURES, { [name]: limit }, NAMES)).toMatchObject([
    { rule: `budget/${name}`, mark: 'new', title },
  ]);
});

test('a budget that nothing was measured for is no pass', () => {
  expect(() => budgetProblems({}, { loopP99Ms: 5 }, NAMES)).toThrow(
    "The event loop's delay (p99) could not be measured, and has a budget.",
  );
});

const finding = {
  kind: 'cache',
  title: 'Map `carts` grows',
  fingerprint: 'f',
  fix: 'Bound it.',
  trace: [],
  confidence: { level: 'high', reasons: [] },
  culprit: { location: null },
  growth: { objects: [10, 110, 210], bytes: [1000, 9000, 17_000] },
} as unknown as Finding;
const leak = { verdict: 'leak', findings: [finding] } as unknown as Report;

test.each<[budgets: Budgets, iterations: number | undefined, fails: boolean]>([
  [{}, 200, true],
  [{ bytesPerIteration: 80 }, 200, false],
  [{ bytesPerIteration: 79 }, 200, true],
  [{ objectsPerIteration: 1 }, 200, false],
  [{ objectsPerIteration: 0.9 }, 200, true],
  [{ bytesPerIteration: 80, objectsPerIteration: 0.9 }, 200, true],
  [{ bytesPerIteration: 80 }, undefined, true], // nobody knows how many there were
])(
  'a leak of 80 bytes and an object within %j over %j iterations fails: %j',
  (budgets, iterations, fails) => {
    const problems = leakProblems(leak, perIteration(leak, iterations), budgets);
    expect(problems.map(({ rule }) => rule)).toEqual(fails ? ['leak/cache'] : []);
  },
);

test('a block is held against its budget, and told by its function', () => {
  const block = {
    durationMs: 120,
    category: 'json',
    functionName: 'parse',
    location: { file: 'feed.js', line: 7, column: 1 },
    stack: [],
  } satisfies Block;
  expect(stallProblem(block, {})).toEqual([]);
  expect(stallProblem(block, { longestBlockMs: 120 })).toEqual([]);
  expect(stallProblem(block, { longestBlockMs: 119 })).toMatchObject([
    {
      rule: 'stall/json',
      title: '`parse` (feed.js:7) takes 120 ms, the budget is 119 ms: it reads or writes JSON',
    },
  ]);
});
