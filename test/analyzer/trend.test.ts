import { describe, expect, test } from 'vitest';
import { median, theilSenSlope } from '../../analyzer/series/trend.ts';
import { timeToLimit } from '../../analyzer/series/memory-trend.ts';

const series = (...ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

describe('theilSenSlope', () => {
  test.each([
    ['a straight line', series(1, 3, 5, 7), 2],
    ['a line with an outlier', series(0, 1, 2, 300, 4, 5, 6, 7), 1],
    ['a flat line', series(4, 4, 4), 0],
    ['one point', series(4), null],
    ['nothing', [], null],
    [
      'points at one time',
      [
        { x: 1, y: 1 },
        { x: 1, y: 9 },
      ],
      null,
    ],
  ])('%s', (_, points, slope) => {
    expect(theilSenSlope(points)).toBe(slope);
  });

  test('a week of samples is thinned, not refused', () => {
    const week = Array.from({ length: 600_000 }, (_, x) => ({ x, y: 3 * x }));
    expect(theilSenSlope(week)).toBe(3);
  });
});

test('median', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

test.each([
  ['growing', 100, 10, 200, 600_000],
  ['not growing', 100, 0, 200, null],
  ['shrinking', 100, -5, 200, null],
  ['past the limit', 300, 10, 200, null],
  ['unknown', undefined, 10, 200, null],
])('timeToLimit: %s', (_, bytes, perMinute, limit, expected) => {
  expect(timeToLimit(bytes, perMinute, limit)).toBe(expected);
});
