/** Which route's requests make the heap grow: the floor's steps explained by how often each route was called. */
import type { Recording, Routes } from '../../agent/recording.ts';

export interface RouteGrowth {
  readonly route: string;
  /** What one request leaves behind: the estimate, with an interval that holds for all routes together. */
  readonly bytesPerRequest: number;
  readonly bytesPerRequestLow: number;
  readonly bytesPerRequestHigh: number;
}

/** Bytes that a window added to the floor, and what was called in it. */
export interface RouteWindow {
  readonly growthBytes: number;
  readonly durationMs: number;
  readonly countByRoute: ReadonlyMap<string, number>;
}

// More routes than that need more windows than a run has; those called least are taken together.
const MAX_ROUTES = 8;
const REST = '(other routes)';

// Observations for each number to be estimated. With fewer the residuals say nothing of the noise.
const WINDOWS_PER_ROUTE = 4;

// Standard errors. Of eight routes without a leak one is called one in fewer than 2 of 100 runs.
const INTERVAL = 3.5;

// A request that leaves less is not what fills the heap.
const MIN_BYTES = 32;

/**
 * The routes of which a request certainly leaves something behind, the most first. Least squares of the floor over what was
 * called so far, with a term for growth that comes with time alone. Null when there are too few windows, or the routes are always called in the
 * same proportion, so that nobody can tell them apart.
 */
export function routeGrowth(windows: readonly RouteWindow[]): readonly RouteGrowth[] | null {
  const routes = busiestRoutes(windows);
  if (routes.length === 0 || windows.length < WINDOWS_PER_ROUTE * (routes.length + 1)) return null;
  const steps = windows.map((window) => [window.durationMs, ...countsOf(window, routes)]);
  const growths = windows.map(({ growthBytes }) => growthBytes);
  if (leastSquares(steps, growths, MIN_OWN_SHARE) === null) return null;
  const fit = fitLevels(steps, growths);
  if (fit === null) return null;
  return routes
    .map((route, index) => {
      const bytesPerRequest = fit.coefficients[index + 1];
      const margin = INTERVAL * fit.errors[index + 1];
      return {
        route,
        bytesPerRequest,
        bytesPerRequestLow: bytesPerRequest - margin,
        bytesPerRequestHigh: bytesPerRequest + margin,
      };
    })
    .filter(({ bytesPerRequestLow }) => bytesPerRequestLow >= MIN_BYTES)
    .toSorted((one, other) => other.bytesPerRequest - one.bytesPerRequest);
}

/** The windows between entries of routes; those without a major collection of their own are joined with the next. */
export function routeWindows({ entries }: Recording): readonly RouteWindow[] {
  const windows: RouteWindow[] = [];
  let start: { readonly atMs: number; readonly floorBytes: number } | null = null;
  let latest: { readonly atMs: number; readonly floorBytes: number } | null = null;
  let counts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === 'gc' && entry.heapUsedAfterBytes !== undefined) {
      latest = { atMs: entry.atMs, floorBytes: entry.heapUsedAfterBytes };
    } else if (entry.type === 'routes') {
      addCounts(counts, entry);
      if (latest === null || latest === start) continue;
      if (start !== null) {
        windows.push({
          growthBytes: latest.floorBytes - start.floorBytes,
          durationMs: latest.atMs - start.atMs,
          countByRoute: counts,
        });
      }
      start = latest;
      counts = new Map();
    }
  }
  return windows;
}

function addCounts(counts: Map<string, number>, { routes }: Routes): void {
  for (const { route, count } of routes) counts.set(route, (counts.get(route) ?? 0) + count);
}

function busiestRoutes(windows: readonly RouteWindow[]): readonly string[] {
  const total = new Map<string, number>();
  for (const { countByRoute } of windows) {
    for (const [route, count] of countByRoute) total.set(route, (total.get(route) ?? 0) + count);
  }
  const byCount = [...total].toSorted(([, one], [, other]) => other - one).map(([route]) => route);
  return byCount.length <= MAX_ROUTES ? byCount : [...byCount.slice(0, MAX_ROUTES - 1), REST];
}

function countsOf({ countByRoute }: RouteWindow, routes: readonly string[]): readonly number[] {
  const counts = routes.map(() => 0);
  for (const [route, count] of countByRoute) {
    const index = routes.indexOf(route);
    counts[index < 0 ? routes.length - 1 : index] += count;
  }
  return counts;
}

interface Fit {
  readonly coefficients: readonly number[];
  /** Their standard errors. */
  readonly errors: readonly number[];
}

// Of a column's square, what no other column explains; with less of its own a route's part cannot be told from the others'.
const MIN_OWN_SHARE = 1e-3;

// Beyond rounding there is something to solve.
const SOLVABLE_SHARE = 1e-10;

// From here on the noise is treated as a random walk, whose steps are independent: that costs sight, never an innocent route.
const WALK = 0.5;

/**
 * The floor after each window by the sums of all windows so far. A floor that was measured too high falls back in the next
 * window, so its steps depend on each other and say less than its levels. How long the levels' noise lingers is taken from
 * their residuals, and taken out (Cochrane and Orcutt 1949).
 */
function fitLevels(steps: readonly (readonly number[])[], growths: readonly number[]): Fit | null {
  const levels = sums(growths);
  const rows = columnSums(steps).map((row) => [...row, 1]);
  const first = leastSquares(rows, levels, SOLVABLE_SHARE);
  if (first === null) return null;
  const lingering = lingeringOf(
    rows.map((row, index) => levels[index] - dot(row, first.coefficients)),
    rows[0].length,
  );
  if (lingering > WALK) return leastSquares(steps, growths, SOLVABLE_SHARE);
  const whitened = rows
    .slice(1)
    .map((row, index) => row.map((value, column) => value - lingering * rows[index][column]));
  const values = levels.slice(1).map((level, index) => level - lingering * levels[index]);
  return leastSquares(whitened, values, SOLVABLE_SHARE);
}

/**
 * 0..1: how much of a deviation is left at the next point. Each number that was fitted has taken a part of what lingers away.
 */
function lingeringOf(residuals: readonly number[], fitted: number): number {
  const pairs = residuals.slice(1).reduce((sum, value, index) => sum + value * residuals[index], 0);
  const raw = pairs / (dot(residuals, residuals) || 1);
  return Math.min(1, Math.max(0, raw + (fitted * (1 + raw)) / residuals.length));
}

function sums(values: readonly number[]): readonly number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** Of rows: each column's. */
function columnSums(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const columns = rows[0].map((_, column) => sums(rows.map((row) => row[column])));
  return rows.map((_, index) => columns.map((column) => column[index]));
}

/** Null when less than the share of a column is its own, and not a sum of the others. */
function leastSquares(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  minOwnShare: number,
): Fit | null {
  const scales = rows[0].map((_, column) => Math.hypot(...rows.map((row) => row[column])) || 1);
  const scaled = rows.map((row) => row.map((value, column) => value / scales[column]));
  const products = scales.map((_, one) =>
    scales.map((_scale, other) => scaled.reduce((sum, row) => sum + row[one] * row[other], 0)),
  );
  const inverse = inverseOf(products, minOwnShare);
  if (inverse === null) return null;
  const moments = scales.map((_, column) =>
    scaled.reduce((sum, row, index) => sum + row[column] * values[index], 0),
  );
  const solution = inverse.map((row) => dot(row, moments));
  const residual = scaled.reduce((sum, row, index) => sum + (values[index] - dot(row, solution)) ** 2, 0);
  const variance = residual / (rows.length - scales.length);
  return {
    coefficients: solution.map((value, column) => value / scales[column]),
    errors: inverse.map((row, column) => Math.sqrt(variance * row[column]) / scales[column]),
  };
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * other[index], 0);
}

/** By Gauss and Jordan, with the largest pivot first; null when one is less than `minPivot`. */
function inverseOf(matrix: readonly (readonly number[])[], minPivot: number): readonly number[][] | null {
  const size = matrix.length;
  const work = matrix.map((row, index) => [
    ...row,
    ...Array.from({ length: size }, (_, column) => Number(column === index)),
  ]);
  for (let step = 0; step < size; step++) {
    const candidates = work.slice(step).map((row) => Math.abs(row[step]));
    const pivotRow = step + candidates.indexOf(Math.max(...candidates));
    if (Math.abs(work[pivotRow][step]) < minPivot) return null;
    [work[step], work[pivotRow]] = [work[pivotRow], work[step]];
    const pivot = work[step][step];
    work[step] = work[step].map((value) => value / pivot);
    for (let row = 0; row < size; row++) {
      if (row === step) continue;
      const factor = work[row][step];
      work[row] = work[row].map((value, column) => value - factor * work[step][column]);
    }
  }
  return work.map((row) => row.slice(size));
}
