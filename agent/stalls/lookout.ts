/** Waits until a loop stands still, at little cost. */
import { busyMs, durationMs, hasBeaten, intervalMs, waitedMs, type Pulse, type Standstill } from './pulse.ts';

// A loop that has less to do than this is at rest, and is looked at less often.
const REST_SHARE = 0.05;
const REST_FACTOR = 3;

// How much of what a loop was busy lately counts beside the latest reading.
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
  /** Resets what the pulse is read from. */
  forgetLongest(): void;
  /** Whether the agent itself holds up the loop. */
  isSuspended(): boolean;
  /** Whether there is something else to do. */
  isOver(atMs: number): boolean;
  /** Called after each reading that shows nothing. */
  onReading(atMs: number): void;
}

/** A loop that stands still, or did between two readings: then it came round again at `end`. */
export interface Found {
  readonly standstill: Standstill;
  readonly end: Pulse | null;
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

  /** How long a loop may not come round before somebody looks. */
  const patienceMs = (isResumed: boolean) =>
    resolutionMs + Math.max(thresholdMs / 2, isResumed ? MAX_RESUME_MS : 0);

  /**
   * Whether the loop stood still between two readings, so that nobody saw it. That no beat was seen says nothing beyond
   * the reading before: it may have come right after.
   */
  const isUnseen = (standstill: Standstill, lastSilent: Pulse, end: Pulse) => {
    const silentMs = lastSilent.atMs - standstill.beat.atMs;
    if (Math.max(silentMs, intervalMs(standstill.beat, end)) < thresholdMs) return false;
    return durationMs(standstill, end, resolutionMs) >= thresholdMs;
  };
  return {
    untilFound() {
      let pulse = host.readPulse();
      let beat = pulse;
      let before = pulse;
      let habit: number | null = null;
      let pollMs = resolutionMs;
      // Up to the first beat the profiler may have held up the loop.
      let hasBegun = false;
      let isResumed = false;
      for (;;) {
        host.sleep(pollMs);
        const current = host.readPulse();
        if (host.isOver(current.atMs)) return null;
        const elapsedMs = current.atMs - pulse.atMs;
        const workedMs = busyMs(pulse, current);
        // After a pause of this thread too, the whole process was stopped, unless the main one is known to have had work.
        const isPause = elapsedMs > pollMs + 2 * resolutionMs && (workedMs ?? 0) < elapsedMs / 2;
        const isUnusual = host.isSuspended() || isPause;
        const isBeat = hasBeaten(pulse, current);
        const standstill = { beat, before, busyShare: habit };
        if (isPause) isResumed = true;
        if (isBeat && hasBegun && !isUnusual && !isResumed && isUnseen(standstill, pulse, current))
          return { standstill, end: current };
        if (isBeat || isUnusual) {
          before = isUnusual ? current : pulse;
          beat = current;
          habit = nextHabit(habit, workedMs, elapsedMs);
          hasBegun ||= isBeat;
          isResumed &&= isPause || !isBeat;
        } else if (current.atMs - beat.atMs - waitedMs(beat, current) >= patienceMs(isResumed)) {
          return { standstill, end: null };
        }
        const isAtRest = workedMs !== null && workedMs < REST_SHARE * elapsedMs;
        pollMs = isAtRest ? REST_FACTOR * resolutionMs : resolutionMs;
        pulse = current;
        host.onReading(current.atMs);
        // Beside a long interval of the past others are not seen. What begins before a loop at rest has beaten twice is rare.
        if (isAtRest && isBeat && current.longestMs > thresholdMs) {
          host.forgetLongest();
          before = pulse;
          pulse = host.readPulse();
          beat = pulse;
        }
      }
    },
  };
}

function nextHabit(habit: number | null, workedMs: number | null, elapsedMs: number): number | null {
  if (workedMs === null || elapsedMs <= 0) return null;
  const share = Math.min(1, workedMs / elapsedMs);
  return habit === null ? share : HABIT * habit + (1 - HABIT) * share;
}
