import { describe, expect, test } from 'vitest';

import {
  allocationGrowth,
  type HeapProfile,
  type ProfileNode,
  type TimedProfile,
} from '../../analyzer/series/allocation-growth.ts';

const SAMPLE_BYTES = 128 * 1024;

/** Site -> how many samples of each window (the first is what was there at the first profile) are alive at the end. */
type Survivors = Readonly<Record<string, readonly number[]>>;

const node = (id: number, functionName: string, url: string, children: ProfileNode[] = []): ProfileNode => ({
  id,
  callFrame: { functionName, url, lineNumber: 9 },
  children,
});

/** Profiles a minute apart; ordinals of a window lie between 1000 times its index and the next. */
function profilesOf(survivors: Survivors, windows = 3): readonly TimedProfile[] {
  const sites = Object.keys(survivors);
  const head = node(
    0,
    '(root)',
    '',
    sites.map((site, index) => node(index + 1, site, `/app/${site}.js`)),
  );
  const samples = sites.flatMap((site, index) =>
    survivors[site].flatMap((count, window) =>
      Array.from({ length: count }, (_, at) => ({
        size: SAMPLE_BYTES,
        nodeId: index + 1,
        ordinal: window * 1000 + at + 1,
      })),
    ),
  );
  return Array.from({ length: windows + 1 }, (_, index) => {
    const end = { size: 0, nodeId: 0, ordinal: (index + 1) * 1000 };
    const profile: HeapProfile = { head, samples: [...(index === windows ? samples : []), end] };
    return { atMs: index * 60_000, profile };
  });
}

describe('a site is said to grow', () => {
  test('when something of every window stays, with its rate and how sure it is', () => {
    const growth = allocationGrowth(profilesOf({ leak: [50, 40, 40, 40], rest: [100, 0, 0, 10] }));
    expect(growth).toHaveLength(1);
    expect(growth?.[0]).toMatchObject({
      site: { functionName: 'leak', file: '/app/leak.js', line: 10 },
      bytesPerMinute: 40 * SAMPLE_BYTES,
      survivorsByWindow: [40, 40, 40],
      share: 120 / 130,
    });
    // The exact interval of 120 by the chi-square distribution is 99.5 to 143.5.
    expect((growth?.[0].bytesPerMinuteLow ?? 0) / SAMPLE_BYTES).toBeCloseTo(99.5 / 3, 1);
    expect((growth?.[0].bytesPerMinuteHigh ?? 0) / SAMPLE_BYTES).toBeCloseTo(143.5 / 3, 1);
  });

  test.each([
    ['warm-up, of which nothing comes later', { site: [500, 1, 0, 0] }],
    ['a cache that turns over', { site: [0, 3, 12, 90] }],
    ['what is in flight', { site: [0, 0, 0, 200] }],
    ['a handful of samples', { site: [0, 4, 4, 4] }],
  ] as const)('not for %s', (_, survivors) => {
    expect(allocationGrowth(profilesOf(survivors))).toEqual([]);
  });

  test('not from profiles that were written all but at once', () => {
    const [first, second, third, last] = profilesOf({ leak: [0, 40, 40, 40] });
    expect(allocationGrowth([first, second, third, { ...last, atMs: third.atMs + 100 }])).toBeNull();
    expect(allocationGrowth([first, second, third, last, { ...last, atMs: last.atMs + 100 }])).toHaveLength(
      1,
    );
  });

  test('not from too few profiles', () => {
    expect(allocationGrowth(profilesOf({ leak: [0, 40, 40] }, 2))).toBeNull();
    expect(allocationGrowth([])).toBeNull();
  });
});

test("what libraries and Node allocate counts for the application's function that called them", () => {
  const leaf = node(4, '', '');
  const head = node(0, '(root)', '', [
    node(1, 'handler', 'file:///app/a%20b.mjs', [
      node(2, 'parse', '/app/node_modules/parser/index.js', [
        node(3, 'slice', 'node:internal/buffer', [leaf]),
      ]),
    ]),
  ]);
  const samples = Array.from({ length: 30 }, (_, at) => ({
    size: 1,
    nodeId: 4,
    ordinal: 1001 + (at % 3) * 1000,
  }));
  const profiles = [0, 1, 2, 3].map((index) => ({
    atMs: index * 1000,
    profile: {
      head,
      samples: [...(index === 3 ? samples : []), { size: 0, nodeId: 0, ordinal: (index + 1) * 1000 }],
    },
  }));
  expect(allocationGrowth(profiles)?.map(({ site }) => site)).toEqual([
    { functionName: 'handler', file: '/app/a b.mjs', line: 10 },
  ]);
});
