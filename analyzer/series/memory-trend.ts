import type { Collection, Recording, Sample } from '../../agent/recording.ts';
import type { MemoryTrend } from '../report.ts';
import type { Point } from './trend.ts';
import { theilSenSlope } from './trend.ts';

const MINUTE_MS = 60_000;
const MIN_FLOORS = 5; // major collections; fewer give a slope that a cache warming up can fake

/** How memory went over a recording: slopes of the heap's floor, of RSS and of external memory, and when the limit is met. */
export function memoryTrend(recording: Recording): MemoryTrend {
  const samples = recording.entries.filter((entry): entry is Sample => entry.type === 'sample');
  const majors = recording.entries.filter(
    (entry): entry is Collection => entry.type === 'gc' && entry.kind === 'major',
  );
  const floors = majors.flatMap((entry): Point[] =>
    entry.heapUsedAfterBytes === undefined ? [] : [{ x: entry.atMs, y: entry.heapUsedAfterBytes }],
  );
  const durationMs = recording.entries.at(-1)?.atMs ?? 0;
  const floorBytesPerMinute = floors.length < MIN_FLOORS ? null : perMinute(secondHalf(floors));
  const slopeOf = (value: (sample: Sample) => number) =>
    perMinute(secondHalf(samples.map((sample) => ({ x: sample.atMs, y: value(sample) }))));
  return {
    durationMs,
    majorCollections: majors.length,
    floorBytesPerMinute,
    rssBytesPerMinute: slopeOf((sample) => sample.rssBytes),
    externalBytesPerMinute: slopeOf((sample) => sample.externalBytes),
    timeToHeapLimitMs: timeToLimit(floors.at(-1)?.y, floorBytesPerMinute, recording.header.heapLimitBytes),
  };
}

/**
 * Whether memory plainly did not grow over a recording: long enough, collected often enough, and neither the heap's floor nor
 * RSS would have gained over its length what a person would look at.
 */
export function isFlat(recording: Recording): boolean {
  const trend = memoryTrend(recording);
  const last = recording.entries.findLast((entry): entry is Sample => entry.type === 'sample');
  if (!last || trend.durationMs < MIN_FLAT_MS || trend.floorBytesPerMinute === null) return false;
  const minutes = trend.durationMs / MINUTE_MS;
  const gains = (perMinuteBytes: number | null) => (perMinuteBytes ?? 0) * minutes;
  return (
    gains(trend.floorBytesPerMinute) < FLAT_SHARE * last.heapUsedBytes + FLAT_BYTES &&
    gains(trend.rssBytesPerMinute) < FLAT_SHARE * last.rssBytes + FLAT_BYTES
  );
}

const MIN_FLAT_MS = MINUTE_MS; // a leak of a megabyte an hour needs more; the sentence says over what time it looked
const FLAT_SHARE = 0.02;
const FLAT_BYTES = 1024 * 1024;

/** What a process does while it warms up says nothing about where it is going. */
const secondHalf = (points: readonly Point[]) => points.slice(Math.floor(points.length / 2));

function perMinute(points: readonly Point[]): number | null {
  const slope = theilSenSlope(points);
  return slope === null ? null : slope * MINUTE_MS;
}

/** Milliseconds until `bytes` has grown to the limit; null when it does not grow. */
export function timeToLimit(
  bytes: number | undefined,
  bytesPerMinute: number | null,
  limitBytes: number,
): number | null {
  if (bytes === undefined || bytesPerMinute === null || bytesPerMinute <= 0 || limitBytes <= bytes)
    return null;
  return ((limitBytes - bytes) / bytesPerMinute) * MINUTE_MS;
}
