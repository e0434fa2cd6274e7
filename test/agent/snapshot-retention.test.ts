import { expect, test } from 'vitest';

import { superfluous } from '../../agent/snapshot-retention.ts';

const kept = (...times: readonly number[]) => times.map((atMs) => ({ atMs, file: `at ${atMs}` }));

test.each<[readonly number[], number, string | undefined]>([
  [[1], 1, undefined],
  [[1, 2], 1, 'at 1'],
  [[1, 2, 3], 2, 'at 2'],
  [[1, 2, 3, 4], 4, undefined],
  [[0, 10, 20, 30], 3, 'at 10'],
  [[0, 10, 90, 100, 110], 4, 'at 100'],
  [[0, 100, 110, 120, 220], 4, 'at 110'],
])('of those taken at %j when %i are kept, %s goes', (times, most, file) => {
  expect(superfluous(kept(...times), most)?.file).toBe(file);
});

test('over a long time the first and the last stay, and the rest are spread evenly', () => {
  let list = kept();
  for (let atMs = 0; atMs <= 1000; atMs += 10) {
    list = [...list, ...kept(atMs)];
    const excess = superfluous(list, 5);
    list = list.filter((one) => one !== excess);
  }
  const times = list.map(({ atMs }) => atMs);
  expect(times).toHaveLength(5);
  expect([times[0], times[4]]).toEqual([0, 1000]);
  const gaps = times.slice(1).map((atMs, index) => atMs - times[index]);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * 200);
});
