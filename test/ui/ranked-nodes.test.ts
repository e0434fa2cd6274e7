import { describe, expect, test } from 'vitest';
import { RankedNodes } from '../../ui/heap/ranked-nodes.ts';
import { seededRandom } from './sample-run.ts';

function ranked(retained: readonly number[]): RankedNodes {
  return new RankedNodes(
    Uint32Array.from(retained, (_, node) => node),
    Float64Array.from(retained),
  );
}

function listed(nodes: RankedNodes, start: number, end: number): number[] {
  return Array.from(nodes.slice(start, end));
}

/** All of them in order, the slow way. */
function sorted(retained: readonly number[]): number[] {
  return [...retained.keys()].toSorted((one, other) => retained[other] - retained[one] || one - other);
}

describe('nodes are ranked by what they keep alive', () => {
  test.each([
    ['none', []],
    ['one', [5]],
    ['equal ones, which stay as they are', [3, 3, 3, 3, 3]],
    ['ascending', [1, 2, 3, 4, 5, 6, 7]],
    ['descending', [7, 6, 5, 4, 3, 2, 1]],
    ['a few that differ', [0, 9, 0, 0, 9, 1, 0, 0]],
  ])('%s', (_, retained) => {
    expect(listed(ranked(retained), 0, 100)).toEqual(sorted(retained));
  });

  test('page by page, in whatever order the pages are asked for', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 50; round++) {
      const retained = Array.from({ length: 1 + Math.floor(random() * 900) }, () =>
        Math.floor(random() * 60),
      );
      const nodes = ranked(retained);
      const expected = sorted(retained);
      for (let page = 0; page < 6; page++) {
        const start = Math.floor(random() * retained.length);
        expect(listed(nodes, start, start + 25)).toEqual(expected.slice(start, start + 25));
      }
    }
  });

  test('the sum is that of all', () => {
    expect(ranked([4, 1, 9, 2, 9, 7]).sum()).toBe(32);
    expect(ranked([]).sum()).toBe(0);
  });
});
