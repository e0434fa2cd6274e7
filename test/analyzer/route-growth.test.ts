import { describe, expect, test } from 'vitest';

import type { Recording, RecordingEntry, RecordingHeader } from '../../agent/recording.ts';
import { routeGrowth, routeWindows, type RouteWindow } from '../../analyzer/series/route-growth.ts';

/** Mulberry32: a stream of numbers 0..1 that is the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface App {
  /** Route -> bytes that a request leaves. */
  readonly leaves: Readonly<Record<string, number>>;
  readonly windows: number;
  readonly noiseBytes: number;
  readonly bytesPerMs?: number;
  /** All routes are called in the same proportion. */
  readonly isUniform?: boolean;
  /** 0..1: how much of the floor's noise is still there after the next window. */
  readonly lingering?: number;
}

function simulated(
  { leaves, windows, noiseBytes, bytesPerMs = 0, isUniform, lingering = 0 }: App,
  seed: number,
) {
  const random = seeded(seed);
  let floorNoise = 0;
  return Array.from({ length: windows }, (): RouteWindow => {
    const load = 500 + random() * 500;
    const countByRoute = new Map(
      Object.keys(leaves).map((route) => [route, Math.round(load * (isUniform ? 1 : random()))]),
    );
    const kept = Object.entries(leaves).reduce(
      (sum, [route, bytes]) => sum + bytes * (countByRoute.get(route) ?? 0),
      0,
    );
    const noise = lingering * floorNoise + (random() - 0.5) * 2 * noiseBytes;
    const growthBytes = kept + bytesPerMs * 10_000 + noise - floorNoise;
    floorNoise = noise;
    return { growthBytes, durationMs: 10_000, countByRoute };
  });
}

const CALM = { windows: 40, noiseBytes: 200_000 };

describe('routes', () => {
  test('whose requests leave something are named, with an interval that holds it', () => {
    const leaves = { 'GET /a': 0, 'GET /b': 1000, 'POST /c': 0, 'GET /d': 4000 };
    const growth = routeGrowth(simulated({ ...CALM, leaves }, 1));
    expect(growth?.map(({ route }) => route)).toEqual(['GET /d', 'GET /b']);
    for (const { route, bytesPerRequestLow, bytesPerRequestHigh } of growth ?? []) {
      const truth = route === 'GET /d' ? 4000 : 1000;
      expect(bytesPerRequestLow).toBeLessThan(truth);
      expect(bytesPerRequestHigh).toBeGreaterThan(truth);
    }
  });

  test.each([0, 0.5, 0.8, 1])(
    'that leave nothing are accused in fewer than 2 of 100 runs, where %d of the noise lingers',
    (lingering) => {
      const leaves = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`GET /${index}`, 0]));
      const runs = Array.from({ length: 300 }, (_, seed) =>
        routeGrowth(simulated({ ...CALM, leaves, bytesPerMs: 50, lingering }, seed)),
      );
      expect(runs.filter((growth) => growth !== null && growth.length > 0).length).toBeLessThan(6);
    },
  );

  test('are found where the floor is much noisier than what a window brings', () => {
    const app = { leaves: { a: 0, b: 3000, c: 0 }, windows: 70, noiseBytes: 3_000_000 };
    const growths = Array.from({ length: 50 }, (_, seed) => routeGrowth(simulated(app, seed)) ?? []);
    expect(growths.filter(([first]) => first?.route === 'b').length).toBeGreaterThan(40);
  });

  test('hold the truth in their intervals in 97 of 100 runs', () => {
    const leaves = { 'GET /a': 2000, 'GET /b': 3000 };
    const growths = Array.from(
      { length: 300 },
      (_, seed) => routeGrowth(simulated({ ...CALM, leaves }, seed)) ?? [],
    ).flat();
    const hits = growths.filter(({ route, bytesPerRequestLow, bytesPerRequestHigh }) => {
      const truth = leaves[route as keyof typeof leaves];
      return bytesPerRequestLow <= truth && truth <= bytesPerRequestHigh;
    });
    expect(growths.length).toBeGreaterThan(550);
    expect(hits.length / growths.length).toBeGreaterThan(0.97);
  });

  test.each([
    ['always called in the same proportion', { ...CALM, leaves: { a: 0, b: 900 }, isUniform: true }],
    ['seen in too few windows', { ...CALM, windows: 11, leaves: { a: 0, b: 900 } }],
    ['that are none', { ...CALM, leaves: {} }],
  ])('%s cannot be told apart', (_, app) => {
    expect(routeGrowth(simulated(app, 3))).toBeNull();
  });

  test('beyond eight are taken together', () => {
    const leaves = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`GET /${index}`, 0]));
    const windows = simulated({ ...CALM, leaves }, 5).map((window) => ({
      ...window,
      growthBytes:
        5000 * [...window.countByRoute].reduce((sum, [, count]) => sum + count, 0) + window.growthBytes,
    }));
    expect(routeGrowth(windows)?.map(({ route }) => route)).toContain('(other routes)');
  });
});

test('windows lie between entries of routes, and each has a floor of its own', () => {
  const figures = { errors: 0, latencyP50Ms: 1, latencyP99Ms: 1, latencyMaxMs: 1 };
  const routes = (atMs: number, count: number): RecordingEntry => ({
    type: 'routes',
    atMs,
    routes: [{ route: 'GET /', count, ...figures }],
  });
  const entries = [
    routes(10, 99),
    floor(15, 100),
    routes(20, 1),
    floor(21, 130),
    floor(28, 150),
    routes(30, 2),
    routes(40, 4),
    floor(45, 250),
    routes(50, 8),
  ];
  const header = {} as RecordingHeader;
  const recording: Recording = { header, entries, damagedLines: 0 };
  expect(routeWindows(recording)).toEqual([
    { growthBytes: 50, durationMs: 13, countByRoute: new Map([['GET /', 2]]) },
    { growthBytes: 100, durationMs: 17, countByRoute: new Map([['GET /', 12]]) },
  ]);
});

function floor(atMs: number, heapUsedAfterBytes: number): RecordingEntry {
  return { type: 'gc', kind: 'major', atMs, pauseMs: 1, heapUsedAfterBytes };
}
