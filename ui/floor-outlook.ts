import { timeToLimit } from '../analyzer/series/memory-trend.ts';
import { theilSenSlope } from '../analyzer/series/trend.ts';
import type { FloorOutlook } from './api.ts';
import type { ProcessSeries } from './process-series.ts';

const MINUTE_MS = 60_000;

/** Fewer major collections give a slope that a cache warming up can fake. */
const MIN_FLOORS = 5;

/** The median of the slopes hardly moves with more, and this is asked for twice a second. */
const MAX_POINTS = 120;

/** A floor that gains less than this part of itself over the recording goes nowhere that a person could see. */
const LEAST_GAIN = 0.02;

/**
 * Where the floor of the heap is going, by its second half: what a process does while it warms up says nothing about that. Null
 * as long as it cannot be told, or when the floor stays where it is.
 */
export function floorOutlook({ series, header }: ProcessSeries): FloorOutlook | null {
  const { at, values } = series.get('floor')!;
  if (at.length < MIN_FLOORS) return null;
  const first = at.length >> 1;
  const step = Math.max(1, Math.ceil((at.length - first) / MAX_POINTS));
  const points = [];
  for (let i = first; i < at.length; i += step) points.push({ x: at.at(i), y: values.at(i) });
  const bytesPerMinute = (theilSenSlope(points) ?? 0) * MINUTE_MS;
  const [last, lastAt] = [values.at(at.length - 1), at.at(at.length - 1)];
  const gain = (bytesPerMinute * (lastAt - header.startedAt)) / MINUTE_MS;
  if (Math.abs(gain) < LEAST_GAIN * last) return null;
  const untilLimitMs = timeToLimit(last, bytesPerMinute, header.heapLimitBytes);
  return { bytesPerMinute, limitAt: untilLimitMs === null ? null : lastAt + untilLimitMs };
}
