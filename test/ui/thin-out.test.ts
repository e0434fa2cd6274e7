import { describe, expect, test } from 'vitest';
import { Column } from '../../ui/column.ts';
import { highestPerBucket, thinOut } from '../../ui/thin-out.ts';

const WHOLE = { from: 0, to: 1_000_000, gapMs: Infinity };

function columns(points: readonly (readonly [number, number])[]): [Column, Column] {
  const at = new Column();
  const values = new Column();
  for (const [x, y] of points) {
    at.push(x);
    values.push(y);
  }
  return [at, values];
}

describe('thinOut', () => {
  test('gives every point when there are few', () => {
    const points = thinOut(
      ...columns([
        [0, 1],
        [10, 2.00049],
        [20, 3],
      ]),
      { ...WHOLE, buckets: 10 },
    );
    expect(points).toEqual({ x: [0, 10, 20], y: [1, 2, 3] });
  });

  test('keeps the one spike and the one dip among 100,000 points, at their own times', () => {
    const flat = Array.from({ length: 100_000 }, (_, i) => [i * 10, 50] as [number, number]);
    flat[31_415][1] = 900;
    flat[77_777][1] = 1;
    const { x, y } = thinOut(...columns(flat), { ...WHOLE, buckets: 100 });
    expect(x.length).toBeLessThanOrEqual(210);
    expect(y[x.indexOf(314_150)]).toBe(900);
    expect(y[x.indexOf(777_770)]).toBe(1);
  });

  test('goes forward in time only', () => {
    const saw = Array.from({ length: 5000 }, (_, i) => [i, i % 7] as const);
    const { x } = thinOut(...columns(saw), { from: 0, to: 5000, gapMs: Infinity, buckets: 50 });
    expect(x).toEqual(x.toSorted((one, other) => one - other));
  });

  test('brings the neighbours of the window along, so that lines reach its edges', () => {
    const line = columns([
      [0, 1],
      [10, 2],
      [20, 3],
      [30, 4],
      [40, 5],
    ]);
    expect(thinOut(...line, { from: 15, to: 25, gapMs: Infinity, buckets: 9 }).x).toEqual([10, 20, 30]);
  });

  test('shows a hole as a null between the points around it, thinned out or not', () => {
    const before = Array.from({ length: 300 }, (_, i) => [i * 10, 5] as const);
    const after = Array.from({ length: 300 }, (_, i) => [9000 + i * 10, 5] as const);
    const window = { from: 0, to: 12_000, gapMs: 50 };
    for (const buckets of [20, 1000]) {
      const { x, y } = thinOut(...columns([...before, ...after]), { ...window, buckets });
      expect(y.filter((value) => value === null)).toHaveLength(1);
      expect(x[y.indexOf(null)]).toBe(5995);
    }
  });

  test('turns a number that is not known into a null', () => {
    expect(
      thinOut(
        ...columns([
          [0, 1],
          [1, Number.NaN],
        ]),
        { ...WHOLE, buckets: 5 },
      ).y,
    ).toEqual([1, null]);
  });

  test('comes to an end for times that are out of order', () => {
    const shuffled = Array.from({ length: 2000 }, (_, i) => [(i * 7919) % 2000, i] as const);
    const { x } = thinOut(...columns(shuffled), { from: 0, to: 2000, gapMs: 5, buckets: 10 });
    expect(x.length).toBeGreaterThan(0);
  });

  test.each([0, 1])('takes %i points', (length) => {
    const points = Array.from({ length }, (_, i) => [i, i] as const);
    expect(thinOut(...columns(points), { ...WHOLE, buckets: 5 }).x).toHaveLength(length);
  });
});

describe('highestPerBucket', () => {
  test('keeps the highest of each bucket inside the window', () => {
    const events = columns([
      [5, 9],
      [10, 1],
      [12, 7],
      [18, 2],
      [20, 3],
      [31, 8],
    ]);
    const { x, y } = highestPerBucket(...events, { from: 10, to: 30, buckets: 2, gapMs: Infinity });
    expect({ x, y }).toEqual({ x: [12, 20], y: [7, 3] });
  });

  test('is empty for no events', () => {
    expect(highestPerBucket(...columns([]), { ...WHOLE, buckets: 5 }).x).toEqual([]);
  });
});
