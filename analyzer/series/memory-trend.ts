import type { Collection, Recording, Sample } from '../../agent/recording.ts';
import type { MemoryTrend } from '../report.ts';
import { slopeInterval } from './slope-interval.ts';
import type { Point } from './trend.ts';
import { theilSenSlope } from './trend.ts';

const MINUTE_MS = 60_000;
const MIN_FLOORS = 5; // major collections; fewer give a slope that a cache warming up can fake

/** How memory went over a recording: slopes of the heap's floor, of RSS and of external memory, and when the limit is met. */
export function memoryTrend(recording: Recording): MemoryTrend {
  const samples = recording.entries.filter((entry): entry is Sample => entry.type === 'sample');
  const floors = floorsOf(recording);
  const durationMs = recording.entries.at(-1)?.atMs ?? 0;
  const floorBytesPerMinute = floors.length < MIN_FLOORS ? null : perMinute(secondHalf(floors));
  const slopeOf = (value: (sample: Sample) => number) =>
    perMinute(secondHalf(samples.map((sample) => ({ x: sample.atMs, y: value(sample) }))));
  return {
    durationMs,
    majorCollections: majorsOf(recording).length,
    floorBytesPerMinute,
    rssBytesPerMinute: slopeOf((sample) => sample.rssBytes),
    externalBytesPerMinute: slopeOf((sample) => sample.externalBytes),
    timeToHeapLimitMs: timeToLimit(floors.at(-1)?.y, floorBytesPerMinute, recording.header.heapLimitBytes),
  };
}

const majorsOf = ({ entries }: Recording) =>
  entries.filter((entry): entry is Collection => entry.type === 'gc' && entry.kind === 'major');

function floorsOf(recording: Recording): readonly Point[] {
  return majorsOf(recording).flatMap((entry): Point[] =>
    entry.heapUsedAfterBytes === undefined ? [] : [{ x: entry.atMs, y: entry.heapUsedAfterBytes }],
  );
}

/**
 * Whether memory plainly did not grow over a recording: long enough, collected often enough, and neither the heap's floor, nor RSS,
 * nor memory outside the heap would have gained over its length what a person would look at.
 */
export function isFlat(recording: Recording): boolean {
  const trend = memoryTrend(recording);
  const last = lastSample(recording);
  if (!last || trend.durationMs < MIN_TELLING_MS || trend.floorBytesPerMinute === null) return false;
  return (
    gained(trend, trend.floorBytesPerMinute) < worthALook(last.heapUsedBytes) &&
    gained(trend, trend.rssBytesPerMinute) < worthALook(last.rssBytes) &&
    gained(trend, trend.externalBytesPerMinute) < worthALook(last.rssBytes)
  );
}

/**
 * Memory in the time after a moment on the recording's scale, where it plainly grew no more: it is flat, and if the floor
 * rose before, it certainly does so at a quarter of the pace at the most. Null where it may go on growing.
 */
export function restAfter(recording: Recording, momentMs: number): Recording | null {
  const after = recordingAfter(recording, momentMs);
  if (!isFlat(after)) return null;
  const before = theilSenSlope(secondHalf(floorsOf(recording).filter(({ x }) => x <= momentMs))) ?? 0;
  const pace = slopeInterval(floorsOf(after));
  const hasEnded = before <= 0 || (pace !== null && pace.high < RESTING_SHARE * before);
  return hasEnded ? after : null;
}

/** The part of a recording that comes after a moment on its scale, as if it had begun then. */
function recordingAfter({ header, entries, ...rest }: Recording, momentMs: number): Recording {
  const later = entries.filter(({ atMs }) => atMs > momentMs);
  return {
    ...rest,
    header: { ...header, startedAt: header.startedAt + momentMs },
    entries: later.map((entry) => ({ ...entry, atMs: entry.atMs - momentMs })),
  };
}

/**
 * Whether the heap's floor goes on rising over a recording as no warm-up does: long enough, by what a person would look at,
 * and at the end not much slower than before.
 */
export function isRisingOn(recording: Recording): boolean {
  const trend = memoryTrend(recording);
  const last = lastSample(recording);
  if (!last || trend.durationMs < MIN_TELLING_MS || trend.floorBytesPerMinute === null) return false;
  const later = secondHalf(floorsOf(recording));
  const before = theilSenSlope(firstHalf(later));
  const atTheEnd = theilSenSlope(secondHalf(later));
  if (before === null || atTheEnd === null) return false;
  return (
    gained(trend, trend.floorBytesPerMinute) >= worthALook(last.heapUsedBytes) &&
    atTheEnd > SLOWING_SHARE * Math.max(before, 0)
  );
}

const lastSample = ({ entries }: Recording) =>
  entries.findLast((entry): entry is Sample => entry.type === 'sample');

/** What a slope brings over the length of a recording, in bytes. */
const gained = ({ durationMs }: MemoryTrend, perMinuteBytes: number | null) =>
  (perMinuteBytes ?? 0) * (durationMs / MINUTE_MS);

const worthALook = (bytes: number) => FLAT_SHARE * bytes + FLAT_BYTES;

const MIN_TELLING_MS = MINUTE_MS; // a leak of a megabyte an hour needs more; the sentence says over what time it looked
const SLOWING_SHARE = 0.5; // a cache that fills up brings ever less; a leak in step with the work brings as much as before
const RESTING_SHARE = 0.25;
const FLAT_SHARE = 0.02;
const FLAT_BYTES = 1024 * 1024;

/** What a process does while it warms up says nothing about where it is going. */
const secondHalf = (points: readonly Point[]) => points.slice(Math.floor(points.length / 2));

const firstHalf = (points: readonly Point[]) => points.slice(0, Math.floor(points.length / 2));

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
