import { describe, expect, test } from 'vitest';
import type { GrowthGroup } from '../../analyzer/growth/groups.ts';
import { isInStep, judge } from '../../analyzer/growth/judge.ts';

/** Counts per snapshot and steps per window of a group; the rest as a steady leak has it. */
function group(counts: readonly number[], changes: Partial<GrowthGroup> = {}): GrowthGroup {
  const steps = counts.slice(1).map((count, window) => count - counts[window]);
  return {
    holderPath: 1,
    paths: [2],
    counts,
    steps,
    survival: 1,
    cohortSurvival: steps.map(() => 1),
    ...changes,
  };
}

const BY_IDS = { windowWeights: null, comparable: 'ids' } as const;

describe('what growth means', () => {
  test.each([
    ['a steady leak', group([100, 200, 300]), 'leak'],
    [
      'a leak among as many requests in flight',
      group([100, 150, 200], { survival: 0.6, cohortSurvival: [0.55, 0.6] }),
      'leak',
    ],
    ['a leak that pauses in one of four windows', group([100, 200, 200, 300, 400]), 'leak'],
    [
      'requests in flight that happen to rise',
      group([20, 40, 60], { survival: 0.05, cohortSurvival: [0, 0.05] }),
      'passing',
    ],
    ['a full LRU', group([2000, 5000, 6000], { steps: [3000, 3000], cohortSurvival: [0, 1] }), 'rotating'],
    [
      'an LRU that is full for long',
      group([2000, 5000, 6000, 6000], {
        steps: [3000, 3000, 3000],
        survival: 0.5,
        cohortSurvival: [0, 0, 1],
      }),
      'rotating',
    ],
    [
      'sessions that expire under rising load',
      group([1000, 1500, 2000, 2500], { survival: 0.5, cohortSurvival: [0, 0.02, 0.9] }),
      'rotating',
    ],
    [
      'an LRU that has just become full',
      group([3000, 5000, 6000], { steps: [2000, 2000], cohortSurvival: [0.67, 1] }),
      'rotating',
    ],
    [
      'a leak that began when requests were in flight',
      group([105, 305, 505], { survival: 0.67, cohortSurvival: [0.05, 0.67] }),
      'leak',
    ],
    ['a cache that fills up', group([40, 100, 120]), 'slowing'],
    [
      'a reservoir that is full, and of which any may leave',
      group([13_440, 33_600, 49_344, 49_344], {
        steps: [20_000, 15_700, 8000],
        survival: 0.69,
        cohortSurvival: [0.7, 0.69, 0.7],
      }),
      'rotating',
    ],
    [
      'a leak that starts after the first snapshot',
      group([0, 100, 200], { cohortSurvival: [null, 1] }),
      'leak',
    ],
    ['two snapshots of growth', group([100, 200], { survival: null }), 'leak'],
  ] as const)('%s', (_, growing, expected) => {
    expect(judge(growing, BY_IDS).is).toBe(expected);
  });

  test('a last window that is short by the clock is no sign of slowing down', () => {
    const growing = group([100, 1100, 1200]);
    expect(judge(growing, BY_IDS).is).toBe('slowing');
    expect(judge(growing, { ...BY_IDS, windowWeights: [10_000, 1000] }).is).toBe('leak');
  });

  test('windows of about one length are compared by what they brought, however long a loaded machine took', () => {
    const growing = group([40, 100, 120]);
    expect(judge(growing, { ...BY_IDS, windowWeights: [1500, 1000] }).is).toBe('slowing');
  });
});

describe('where only access paths of one process are compared', () => {
  const unknown = { survival: null, cohortSurvival: [] };
  test.each([
    ['a steady leak', group([100, 200, 300], unknown), 'leak'],
    ['things in flight that happen to rise', group([1000, 1020, 1045], unknown), 'passing'],
    ['a number that fell in between', group([100, 250, 200, 300], unknown), 'passing'],
    ['a cache that fills up', group([40, 100, 120], unknown), 'slowing'],
  ] as const)('%s', (_, growing, expected) => {
    expect(judge(growing, { windowWeights: null, comparable: 'paths-of-one-process' }).is).toBe(expected);
  });
});

function confidence(growing: GrowthGroup, comparable: 'ids' | 'paths' = 'ids') {
  const judgement = judge(growing, { windowWeights: null, comparable });
  return judgement.is === 'leak' ? judgement.confidence : null;
}

describe('confidence', () => {
  test.each([
    ['three snapshots, all stayed', group([100, 200, 300]), 'high'],
    ['two snapshots', group([100, 200], { survival: null }), 'low'],
    ['growth that slackens', group([100, 200, 255], { survival: 0.8, cohortSurvival: [0.8, 0.8] }), 'medium'],
  ] as const)('%s', (_, growing, level) => {
    expect(confidence(growing)?.level).toBe(level);
  });

  test('says what would raise it', () => {
    expect(confidence(group([100, 200], { survival: null }))?.missing).toEqual([
      'a third snapshot: two cannot tell a leak from warm-up',
    ]);
    expect(confidence(group([100, 200, 300]))?.missing).toEqual([]);
  });

  test('is low across processes, where nobody knows what stayed', () => {
    expect(confidence(group([100, 200, 300], { survival: null, cohortSurvival: [] }), 'paths')?.level).toBe(
      'low',
    );
  });
});

test.each([
  ['parts of a cache that fills up', [120, 220, 282, 317], true],
  ['a list that each entry adds to as long as it lives', [120, 220, 320, 420], false],
])('in step with a cache that fills up: %s', (_, counts, expected) => {
  expect(isInStep(group(counts), group([190, 320, 400, 443]))).toBe(expected);
});
