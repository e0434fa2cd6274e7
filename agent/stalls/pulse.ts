/** When the loop came round, read from outside of its thread; and how long it did not. Pure but for the reading. */
import type { ThreadTime } from './thread-time.ts';

/** What tells that the loop came round: a histogram of the intervals between its beats. */
export interface Pulse {
  /** When it was read. */
  readonly atMs: number;
  /** Intervals since the histogram was reset. The first beat after that only begins one. */
  readonly count: number;
  /** The longest of them. */
  readonly longestMs: number;
  /** Null where the kernel does not tell. */
  readonly time: ThreadTime | null;
}

/** A loop that does not come round. */
export interface Standstill {
  /** The first reading with the last beat: the loop turned until then, or shortly before or after. */
  readonly beat: Pulse;
  /** The reading before that one, which the last beat followed. */
  readonly before: Pulse;
  /** 0..1: how busy the thread had been until then; null when not known. */
  readonly busyShare: number | null;
}

export function hasBeaten(before: Pulse, after: Pulse): boolean {
  return before.count !== after.count;
}

/** The longest interval between two beats that ended between two readings; 0 when there had been a longer one, or not all are known. */
export function intervalMs(before: Pulse, after: Pulse): number {
  return before.count > 0 && after.longestMs > before.longestMs ? after.longestMs : 0;
}

/** Milliseconds the thread had something to do between two readings; null when not known. */
export function busyMs(before: Pulse, after: Pulse): number | null {
  if (before.time === null || after.time === null) return null;
  return after.time.ranMs - before.time.ranMs + waitedMs(before, after);
}

/** Milliseconds the thread wanted to run between two readings and had no CPU; 0 when not known. */
export function waitedMs(before: Pulse, after: Pulse): number {
  return before.time === null || after.time === null ? 0 : after.time.waitedMs - before.time.waitedMs;
}

// Busier than this before, and what the kernel counted does not tell the stall from what went before.
const MAX_BUSY_SHARE = 0.7;

/**
 * How long the loop stood still. Between two beats lies the stall and, before it, up to one resolution in which the loop
 * still turned. The kernel's account of the thread says how much: of all the time since a reading before the stall, what
 * it was busy beyond its habit was the stall. It says nothing of a stall that waits instead of working, which is taken to
 * have begun in the middle.
 * @param end the first reading after the stall
 */
export function durationMs(
  { beat, before, busyShare }: Standstill,
  end: Pulse,
  resolutionMs: number,
): number {
  const spanMs = end.atMs - before.atMs;
  // The watchdog itself may sleep for longer than it wants, and read late: the loop came round more than once by then.
  const turningMs = Math.max(0, end.count - beat.count - 1) * resolutionMs;
  const isKnown = beat.count > 0 && hasBeaten(beat, end);
  const most = Math.min(isKnown ? end.longestMs : Infinity, spanMs - turningMs);
  const isMeasured = intervalMs(beat, end) > 0;
  const seenMs = isMeasured ? most : Math.min(most, end.atMs - beat.atMs - turningMs);
  const least = Math.max(0, seenMs - resolutionMs);
  const middle = isMeasured ? (least + most) / 2 : seenMs;
  const workedMs = busyMs(before, end);
  if (workedMs === null || busyShare === null || busyShare > MAX_BUSY_SHARE) return middle;
  if (workedMs < 0.5 * least) return middle;
  const stallMs = (workedMs - busyShare * spanMs) / (1 - busyShare);
  return Math.min(most, Math.max(least, stallMs));
}
