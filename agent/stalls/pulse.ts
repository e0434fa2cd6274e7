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
  /** Null where the kernel does not tell, and of a glance, which does not ask it. */
  readonly time: ThreadTime | null;
}

/** How a thread spends its time as a rule: shares, 0..1 each. */
export interface Habit {
  readonly ran: number;
  /** It could have run and had no CPU. */
  readonly waited: number;
}

/** A loop that does not come round. */
export interface Standstill {
  /** The first reading with the last beat: the loop turned until then, or shortly before or after. */
  readonly beat: Pulse;
  /** A reading before that one, which the last beat followed. */
  readonly before: Pulse;
  /** How the thread had spent its time until then; null when not known. */
  readonly habit: Habit | null;
}

/** How a loop went on that stood still between two readings. */
export interface Aftermath {
  /** The last reading at which it had not come round yet. */
  readonly seenMs: number;
  /** 0..1: how busy the thread was after the reading that shows it did. */
  readonly busyShare: number;
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

/** How the thread spent its time between two readings; null when not known. */
export function habitBetween(before: Pulse, after: Pulse): Habit | null {
  const elapsedMs = after.atMs - before.atMs;
  if (before.time === null || after.time === null || elapsedMs <= 0) return null;
  return {
    ran: Math.min(1, (after.time.ranMs - before.time.ranMs) / elapsedMs),
    waited: Math.min(1, waitedMs(before, after) / elapsedMs),
  };
}

/** 0..1: how much of its time the thread has something to do. */
export function busyShare({ ran, waited }: Habit): number {
  return Math.min(1, ran + waited);
}

// Busier than this before, and what the kernel counted does not tell the stall from what went before.
const MAX_BUSY_SHARE = 0.7;

/** Whether a stall's duration cannot be told by what the thread was busy. */
export function isTooBusy(habit: Habit): boolean {
  return busyShare(habit) > MAX_BUSY_SHARE;
}

/**
 * How a thread spent a stall: what the kernel counted since a reading before it, without what the thread does as a rule in
 * the time in which its loop still turned. Null when not known.
 */
export function spentInStall({ before, habit }: Standstill, end: Pulse, lastedMs: number): ThreadTime | null {
  if (before.time === null || end.time === null) return null;
  const turningMs = Math.max(0, end.atMs - before.atMs - lastedMs);
  const beyond = (countedMs: number, share = 0) => Math.max(0, countedMs - share * turningMs);
  return {
    ranMs: beyond(end.time.ranMs - before.time.ranMs, habit?.ran),
    waitedMs: beyond(waitedMs(before, end), habit?.waited),
  };
}

/**
 * How long the loop stood still. Between two beats lies the stall and, before it, up to one resolution in which the loop
 * still turned. The kernel's account of the thread says how much: of all the time since a reading before the stall, what
 * it was busy beyond its habit was the stall. It says nothing of a stall that waits instead of working, which is taken to
 * have begun in the middle.
 * @param end the first reading after the stall
 * @param aftermath null when that reading came right after it
 */
export function durationMs(
  { beat, before, habit }: Standstill,
  end: Pulse,
  resolutionMs: number,
  aftermath: Aftermath | null = null,
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
  // What begins with a stall may go on: a loop that was at rest and is busy from now on did part of its work after it.
  const lateMs = aftermath === null ? 0 : (end.atMs - aftermath.seenMs + turningMs) / 2;
  const workedMs = busyMs(before, end);
  if (workedMs === null || habit === null || isTooBusy(habit)) return middle;
  const workedUntilBeatMs = workedMs - lateMs * (aftermath?.busyShare ?? 0);
  if (workedUntilBeatMs < 0.5 * least) return middle;
  const share = busyShare(habit);
  const stallMs = (workedUntilBeatMs - share * (spanMs - lateMs)) / (1 - share);
  return Math.min(most, Math.max(least, stallMs));
}
