/** Waits until a loop stands still, at little cost. */
import {
  busyMs,
  busyShare,
  durationMs,
  habitBetween,
  intervalMs,
  isTooBusy,
  waitedMs,
  type Habit,
  type Pulse,
  type Standstill,
} from './pulse.ts';

// A reading costs twice what a look at the clock and the beats does: on a core at work it is felt, on one at rest it keeps the
// core awake. Between two readings of a loop that keeps beating lie so many glances, unless how long a stall lasts is to be
// told by what the loop did right before.
const GLANCES = 3;

// A loop that has less to do than this is at rest, and is looked at less often: in resolutions.
const REST_SHARE = 0.05;
const REST_POLL = 3;

// How much of what a loop did lately counts beside the latest reading.
const HABIT = 0.8;

// A process that was stopped gets its memory and its CPU back bit by bit.
const MAX_RESUME_MS = 500;

/** What a lookout is given of the thread that it is part of. */
export interface LookoutHost {
  readonly resolutionMs: number;
  readonly thresholdMs: number;
  /** Does nothing for so long, or less when the thread is to end. */
  sleep(milliseconds: number): void;
  readPulse(): Pulse;
  nowMs(): number;
  /** The count of a reading alone. */
  countBeats(): number;
  /** Resets what the pulse is read from. */
  forgetLongest(): void;
  /** Whether the agent itself holds up the loop. */
  isSuspended(): boolean;
  /** Whether there is something else to do. */
  isOver(atMs: number): boolean;
  /** Called after each reading that shows nothing. */
  onReading(atMs: number): void;
}

/** A loop that stands still, or did between two readings: then it came round again before `end`. */
export interface Found {
  readonly standstill: Standstill;
  readonly over: { readonly end: Pulse; readonly durationMs: number } | null;
}

export interface Lookout {
  /**
   * Sleeps until the loop has not come round for half the threshold, the time it waited for a CPU left out, or has not for
   * the threshold without being seen; null when there is something else to do.
   */
  untilFound(): Found | null;
}

export function createLookout(host: LookoutHost): Lookout {
  const { resolutionMs, thresholdMs } = host;

  /** Whether a loop has beaten as often as one that never stands still. */
  const isSteady = (beats: number, elapsedMs: number) => beats >= Math.floor(elapsedMs / resolutionMs);

  /** How long a loop may not come round before somebody looks. */
  const patienceMs = (isResumed: boolean) =>
    resolutionMs + Math.max(thresholdMs / 2, isResumed ? MAX_RESUME_MS : 0);

  /**
   * How long the loop stood still between two readings, so that nobody saw it; null when it did not for the threshold. That
   * no beat was seen says nothing beyond the reading before: it may have come right after.
   */
  const unseenMs = (standstill: Standstill, seenMs: number, end: Pulse): number | null => {
    const silentMs = seenMs - standstill.beat.atMs;
    if (Math.max(silentMs, intervalMs(standstill.beat, end)) < thresholdMs) return null;
    if (durationMs(standstill, end, resolutionMs) < thresholdMs) return null;
    host.sleep(resolutionMs);
    const afterwards = habitBetween(end, host.readPulse());
    const aftermath = { seenMs, busyShare: afterwards === null ? 0 : busyShare(afterwards) };
    const lastedMs = durationMs(standstill, end, resolutionMs, aftermath);
    return lastedMs < thresholdMs ? null : lastedMs;
  };
  return {
    untilFound() {
      let reading = host.readPulse();
      // By the last reading or glance.
      let seenMs = reading.atMs;
      let seenCount = reading.count;
      let beat = reading;
      let before = reading;
      let habit: Habit | null = null;
      let pollMs = resolutionMs;
      let glancesLeft = 0;
      // Up to the first beat the profiler may have held up the loop.
      let hasBegun = false;
      let isResumed = false;
      for (;;) {
        host.sleep(pollMs);
        if (glancesLeft > 0) {
          const nowMs = host.nowMs();
          const count = host.countBeats();
          // As long as glances come in time and see every beat, no stall fits between them.
          const isInTime = nowMs - seenMs < pollMs + resolutionMs / 4;
          if (isInTime && isSteady(count - seenCount, pollMs) && !host.isOver(nowMs)) {
            glancesLeft--;
            seenMs = nowMs;
            seenCount = count;
            continue;
          }
        }
        const current = host.readPulse();
        if (host.isOver(current.atMs)) return null;
        if (seenCount !== reading.count) {
          before = reading;
          beat = { ...reading, atMs: seenMs, count: seenCount, time: null };
        }
        const elapsedMs = current.atMs - reading.atMs;
        const workedMs = busyMs(reading, current);
        // After a pause of this thread too, the whole process was stopped, unless the main one is known to have had work.
        const isPause = current.atMs - seenMs > pollMs + 2 * resolutionMs && (workedMs ?? 0) < elapsedMs / 2;
        const isUnusual = host.isSuspended() || isPause;
        const isBeat = current.count !== seenCount;
        const isInStep = isSteady(current.count - seenCount, pollMs);
        const standstill = { beat, before, habit };
        if (isPause) isResumed = true;
        if (isBeat && hasBegun && !isUnusual && !isResumed) {
          const lastedMs = unseenMs(standstill, seenMs, current);
          if (lastedMs !== null) return { standstill, over: { end: current, durationMs: lastedMs } };
        }
        if (isBeat || isUnusual) {
          before = isUnusual ? current : reading;
          beat = current;
          // Or part of a stall may be in it.
          if (isInStep) habit = nextHabit(habit, reading, current);
          hasBegun ||= isBeat;
          isResumed &&= isPause || !isBeat;
        } else {
          // No beat since the glance: what is read now was so then, but for the time.
          if (beat.time === null) beat = { ...current, atMs: beat.atMs };
          if (current.atMs - beat.atMs - waitedMs(beat, current) >= patienceMs(isResumed))
            return { standstill: { beat, before, habit }, over: null };
        }
        const isAtRest = workedMs !== null && workedMs < REST_SHARE * elapsedMs;
        const isBusy = habit !== null && isTooBusy(habit);
        const isUsual = isBeat && !isUnusual && !isResumed;
        pollMs = resolutionMs * (isAtRest && isUsual && isInStep ? REST_POLL : 1);
        glancesLeft = isUsual && (isAtRest || isBusy) ? GLANCES : 0;
        reading = current;
        host.onReading(current.atMs);
        // Beside a long interval of the past others are not seen. What begins before a loop at rest has beaten twice is rare.
        if (isAtRest && isBeat && current.longestMs > thresholdMs) {
          host.forgetLongest();
          before = reading;
          reading = beat = host.readPulse();
        }
        seenMs = reading.atMs;
        seenCount = reading.count;
      }
    },
  };
}

function nextHabit(habit: Habit | null, before: Pulse, after: Pulse): Habit | null {
  const latest = habitBetween(before, after);
  if (habit === null || latest === null) return latest;
  return {
    ran: HABIT * habit.ran + (1 - HABIT) * latest.ran,
    waited: HABIT * habit.waited + (1 - HABIT) * latest.waited,
  };
}
