import { expect, test } from 'vitest';
import { squarify } from '../../ui/page/squarify.ts';
import type { Tile } from '../../ui/page/squarify.ts';
import { seededRandom } from './sample-run.ts';

const area = ({ width, height }: Tile) => width * height;

test('one tile is the whole', () => {
  expect(squarify([7], 2)).toEqual([{ left: 0, top: 0, width: 100, height: 100 }]);
});

test('nothing is nothing', () => {
  expect(squarify([], 2)).toEqual([]);
});

test('the paper’s example is laid out as in the paper', () => {
  const tiles = squarify([6, 6, 4, 3, 2, 2, 1], 6 / 4);
  expect(tiles.slice(0, 2).map(({ left, top }) => [left, top])).toEqual([
    [0, 0],
    [0, 50],
  ]);
  expect(tiles[0].width).toBeCloseTo(50);
  expect(tiles[2].left).toBeCloseTo(50);
});

test('areas are as the sizes, inside of the whole, and nothing overlaps', () => {
  const random = seededRandom(5);
  for (let round = 0; round < 50; round++) {
    const sizes = Array.from({ length: 1 + Math.floor(random() * 80) }, () => 1 + random() ** 4 * 1e6);
    const descending = sizes.toSorted((one, other) => other - one);
    const tiles = squarify(descending, 0.5 + 2 * random());
    const total = descending.reduce((sum, size) => sum + size, 0);
    expect(
      tiles.map((tile) => (area(tile) / 10_000) * total).every((size, i) => isNear(size, descending[i])),
    ).toBe(true);
    expect(tiles.every(isInside)).toBe(true);
    expect(tiles.some((tile, i) => tiles.slice(i + 1).some((other) => overlap(tile, other) > 1e-6))).toBe(
      false,
    );
  }
});

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-6 * other;
}

function isInside({ left, top, width, height }: Tile): boolean {
  return left >= -1e-6 && top >= -1e-6 && left + width <= 100 + 1e-6 && top + height <= 100 + 1e-6;
}

function overlap(one: Tile, other: Tile): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return Math.max(0, width) * Math.max(0, height);
}
