import { expect, test } from 'vitest';
import { Column } from '../../ui/column.ts';
import { seededRandom } from './sample-run.ts';

function columnOf(values: readonly number[]): Column {
  const column = new Column();
  for (const value of values) column.push(value);
  return column;
}

/** Index of the extreme, the slow way. */
function extreme(values: readonly number[], start: number, end: number, sign: 1 | -1): number {
  let best = start;
  for (let i = start; i < end; i++)
    if (sign * values[i] > sign * values[best] || (Number.isNaN(values[best]) && !Number.isNaN(values[i])))
      best = i;
  return best;
}

test('knows the extremes of every part of it', () => {
  const random = seededRandom(11);
  const values = Array.from({ length: 3000 }, () =>
    random() < 0.1 ? Number.NaN : Math.round(50 * random()),
  );
  const column = columnOf(values);
  for (let round = 0; round < 2000; round++) {
    const start = Math.floor(random() * values.length);
    const end = start + 1 + Math.floor(random() * Math.min(200, values.length - start));
    expect(values[column.lowestIn(start, end)]).toBe(values[extreme(values, start, end, -1)]);
    expect(values[column.highestIn(start, end)]).toBe(values[extreme(values, start, end, 1)]);
  }
});

test('takes what is not known for an extreme only where nothing is known', () => {
  const unknown = Array.from({ length: 100 }, () => Number.NaN);
  expect(columnOf(unknown).lowestIn(3, 99)).toBe(3);
  expect(columnOf([...unknown, 7, ...unknown]).lowestIn(0, 201)).toBe(100);
  expect(columnOf([...unknown, 7, ...unknown]).highestIn(0, 201)).toBe(100);
});

test('finds the first number that is not below another', () => {
  const column = columnOf([1, 3, 3, 5]);
  expect([0, 1, 2, 3, 5, 6].map((value) => column.lowerBound(value))).toEqual([0, 0, 1, 1, 3, 4]);
});
