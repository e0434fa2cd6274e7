import { describe, expect, test } from 'vitest';
import type { Points, ProcessOverview } from '../../ui/api.ts';
import { outlookText, withFloorTrend } from '../../ui/page/floor-trend.ts';
import { cleanReport, leakReport } from './sample-report.ts';

const MINUTE = 60_000;

function trendOf(floor: Points, bytesPerMinute: number): Points | undefined {
  const timeline = { process: '1-0', from: 0, to: 1, markers: [], series: { floor } };
  return withFloorTrend(timeline, bytesPerMinute).series.floorTrend;
}

test('goes along the floor', () => {
  const floor = { x: [MINUTE, 2 * MINUTE, 3 * MINUTE], y: [100, 110, 120] };
  expect(trendOf(floor, 10)).toEqual({ x: [MINUTE, 3 * MINUTE], y: [100, 120] });
});

test('is not moved by a single outlier', () => {
  const floor = { x: [0, MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE], y: [5, 15, 900, 35, 45] };
  expect(trendOf(floor, 10)).toEqual({ x: [0, 4 * MINUTE], y: [5, 45] });
});

test.each([
  ['no point', { x: [], y: [] }],
  ['one point', { x: [5], y: [7] }],
])('is none for %s', (_name, floor) => {
  expect(trendOf(floor, 10)).toBeUndefined();
});

describe('in a sentence', () => {
  const HOUR = 60 * MINUTE;
  const rising = {
    outlook: { bytesPerMinute: 1e6, limitAt: 2 * HOUR },
    lastSeenAt: HOUR,
    heapLimitBytes: 2e9,
    state: 'lost',
  } as ProcessOverview;

  test('tells the time to the limit as long as there is no verdict', () => {
    expect(outlookText(rising, null)).toMatch(
      /^The floor of the heap rises, \+1 MB a minute: at this pace it would have met the limit of 2 GB in 1 h, on /,
    );
    expect(outlookText({ ...rising, state: 'running' }, null)).toContain('meets the limit of 2 GB in 1 h');
  });

  test.each([leakReport, cleanReport])('leaves that time to the verdict: $verdict', (report) => {
    expect(outlookText(rising, report)).toMatch(/^The floor of the heap rises, \+/);
    expect(outlookText(rising, report)).not.toContain('limit');
  });

  test('has the figures of a report that cannot tell', () => {
    const memory = { ...leakReport.memory!, floorBytesPerMinute: 3e6, timeToHeapLimitMs: 3 * HOUR };
    const sentence = outlookText(rising, { ...leakReport, verdict: 'unknown', memory });
    expect(sentence).toContain('+3 MB a minute');
    expect(sentence).toContain('in 3 h');
  });

  test.each([
    ['falls', { bytesPerMinute: -1e6, limitAt: null }, /falls: −1 MB a minute\.$/],
    ['is years away', { bytesPerMinute: 1e6, limitAt: 10_000 * 24 * HOUR }, /rises, \+1 MB a minute\.$/],
  ])('of a floor whose limit %s', (_name, outlook, sentence) => {
    expect(outlookText({ ...rising, outlook }, null)).toMatch(sentence);
  });

  test('is empty of a floor that stays where it is', () => {
    expect(outlookText({ ...rising, outlook: null }, leakReport)).toBe('');
  });
});
