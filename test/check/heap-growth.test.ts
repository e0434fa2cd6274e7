import { describe, expect, test } from 'vitest';
import { growthOf, laterGrowth, MILESTONES } from '../../analyzer/check/heap-growth.ts';

const KB = 1000;
const ITERATIONS = 1024;

/** The heap at every milestone, with what each round adds. */
function heapOver(stepOf: (round: number) => number): number[] {
  const heap = [5_000_000];
  for (const round of MILESTONES.slice(1)) heap.push(heap[heap.length - 1] + stepOf(round));
  return heap;
}

/** Storage of an array that makes room for half as much again, in bytes, after so many rounds. */
const arrayBytes = (round: number) => storageBytes(round * ITERATIONS);

function storageBytes(numbers: number): number {
  let slots = 17;
  while (slots < numbers) slots = Math.floor(slots * 1.5) + 16;
  return slots * 8;
}

test.each<[what: string, stepOf: (round: number) => number, isClimbing: boolean]>([
  ['a leak', () => 11 * KB, true],
  ['a leak of a byte', () => KB, true],
  ['a leak with the engine’s own unrest', (round) => 5 * KB + (round % 2 ? KB : -KB), true],
  ['a leak and a table that is made larger for it', (round) => 45 * KB + (round === 5 ? 240 * KB : 0), true],
  ['a leak and a table that was made larger before', (round) => 45 * KB + (round === 3 ? 460 * KB : 0), true],
  ['an array of numbers', (round) => arrayBytes(round) - arrayBytes(round - 1), true],
  [
    'an array, and something large for a moment',
    (round) =>
      arrayBytes(round) -
      arrayBytes(round - 1) +
      ({ 2: 131 * KB, 3: -131 * KB, 6: 131 * KB, 7: -131 * KB }[round] ?? 0),
    true,
  ],
  ['nothing', () => 0, false],
  ['warm-up alone', (round) => (round <= 3 ? 90 * KB : 0), false],
  ['warm-up that slows down', (round) => (400 * KB) / 2 ** round, false],
  ['a byte or two of the engine’s', (round) => (round === 6 ? 1.2 * KB : 0.1 * KB), false],
  ['what the engine makes twice', (round) => ({ 5: 10 * KB, 7: 6 * KB })[round] ?? 0.2 * KB, false],
  ['one table that is made larger', (round) => (round === 6 ? 200 * KB : 0), false],
  ['one made larger and smaller again', (round) => ({ 5: 200 * KB, 6: -195 * KB })[round] ?? 0, false],
  ['random fluctuation', (round) => (round % 2 ? 6 * KB : -5.5 * KB), false],
])('%s', (_, stepOf, isClimbing) => {
  expect(growthOf(heapOver(stepOf), ITERATIONS).isClimbing).toBe(isClimbing);
});

test('an array of numbers is seen wherever its steps fall', () => {
  for (let offset = 0; offset < 1; offset += 0.01) {
    const heap = MILESTONES.map((round) => 5_000_000 + arrayBytes(round + offset));
    expect([offset, growthOf(heap, ITERATIONS).isClimbing]).toEqual([offset, true]);
  }
});

test('few iterations that leave an object each are worth a closer look', () => {
  const heap = heapOver(() => 15 * 64);
  expect(growthOf(heap, 15).isClimbing).toBe(true);
  expect(
    growthOf(
      heapOver(() => 100),
      15,
    ).isClimbing,
  ).toBe(false);
});

test('what was gained during the warm-up does not count', () => {
  expect(
    growthOf(
      heapOver((round) => (round <= 4 ? 100 * KB : 10 * KB)),
      ITERATIONS,
    ),
  ).toMatchObject({
    bytesPerRound: 10 * KB,
  });
});

/** Whether the heap of eight rounds goes on climbing over eight more. */
function goesOn(heap: (round: number) => number, iterationsPerRound: number): boolean {
  const heapBytes = Array.from({ length: 16 }, (_, index) => heap(index + 1));
  const first = heapBytes.slice(0, 8);
  const growth = growthOf(first, iterationsPerRound);
  return laterGrowth(heapBytes.slice(8), { heapBytes: first, iterationsPerRound, growth }).isClimbing;
}

describe('over as many rounds again', () => {
  test.each<[what: string, heap: (round: number) => number, iterationsPerRound: number, isClimbing: boolean]>(
    [
      ['a leak of a byte goes on', (round) => round * KB * 1.1, ITERATIONS, true],
      ['an object of a slow scenario', (round) => round * 100 * 56, 100, true],
      ['a listener of one that is slower still', (round) => round * 15 * 64, 15, true],
      ['a leak among ups and downs', (round) => round * 5 * KB + (round % 2) * 60 * KB, 100, true],
      ['a warm-up is over', (round) => Math.min(round, 6) * 5 * KB, 100, false],
      ['ups and downs are no climb', (round) => (round % 2) * 60 * KB + round * 50, 100, false],
      ['something large at the end is none', (round) => (round >= 15 ? 90 * KB : 0), 100, false],
    ],
  )('%s', (_, heap, iterationsPerRound, isClimbing) => {
    expect(goesOn(heap, iterationsPerRound)).toBe(isClimbing);
  });

  test('numbers in an array are seen wherever its steps fall, of a slow scenario too', () => {
    for (let numbers = 80; numbers < 2000; numbers = Math.ceil(numbers * 1.07)) {
      const heap = (round: number) => storageBytes(round * numbers);
      expect([numbers, goesOn(heap, numbers)]).toEqual([numbers, true]);
    }
  });
});
