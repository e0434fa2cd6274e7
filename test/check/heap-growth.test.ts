import { expect, test } from 'vitest';
import { growthOf } from '../../analyzer/check/heap-growth.ts';

const KB = 1000;
const ROUNDS = 12;

/** The heap before the first and after every round, with what each round adds. */
function heapOver(stepOf: (round: number) => number): number[] {
  const heap = [5_000_000];
  for (let round = 1; round <= ROUNDS; round++) heap.push(heap[round - 1] + stepOf(round));
  return heap;
}

test.each<[what: string, stepOf: (round: number) => number, rising: boolean, gradual: boolean]>([
  ['a leak', () => 11 * KB, true, true],
  ['a leak with the engine’s own unrest', (round) => 3 * KB + (round % 2 ? KB / 2 : -KB / 2), true, true],
  ['an array of numbers that doubles', (round) => ({ 6: 40 * KB, 10: 60 * KB })[round] ?? 0, true, true],
  ['nothing', () => 0, false, true],
  ['warm-up alone', (round) => (round <= 3 ? 90 * KB : 0), false, true],
  ['a byte or two of the engine’s', (round) => (round === 9 ? 1.6 * KB : 0), false, false],
  ['one table that is made larger', (round) => (round === 9 ? 200 * KB : 0), true, false],
  [
    'a table made larger and smaller again',
    (round) => ({ 8: 200 * KB, 9: -195 * KB })[round] ?? 0,
    false,
    false,
  ],
  ['random fluctuation', (round) => (round % 2 ? 6 * KB : -5.5 * KB), false, false],
])('%s', (_, stepOf, isRising, isGradual) => {
  expect(growthOf(heapOver(stepOf))).toMatchObject({ isRising, isGradual });
});

test('what was gained during the warm-up does not count', () => {
  expect(growthOf(heapOver((round) => (round <= 4 ? 100 * KB : 10 * KB)))).toMatchObject({
    bytes: 80 * KB,
    rounds: 8,
  });
});
