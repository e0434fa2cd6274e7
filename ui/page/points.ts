import type { Points } from '../api.ts';

/** The value recorded nearest to the time, or null in a gap and outside. */
export function valueNear({ x, y }: Points, at: number): number | null {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  const nearest = Math.abs((x[low] ?? Infinity) - at) <= Math.abs((x[high] ?? Infinity) - at) ? low : high;
  return y[nearest] ?? null;
}
