import { expect, test } from 'vitest';
import type { Points } from '../../ui/api.ts';
import { withFloorTrend } from '../../ui/page/floor-trend.ts';

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
