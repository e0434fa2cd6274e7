/** Stays with a stall until the loop comes round. */
import { clearInterval, setInterval, setTimeout } from '../primordials.ts';
import type { Culprit } from './culprit.ts';
import { isSilence } from './judge.ts';
import type { MainThreadProfiler } from './main-thread-profiler.ts';
import { busyMs, hasBeaten, type Pulse, type Standstill } from './pulse.ts';
import { culpritIn, NOT_SEEN } from './sight.ts';
import { createTally } from './tally.ts';

// How well the end of a stall is known.
const FOLLOW_POLL_MS = 5;

// A stall is told of while it lasts at this age, and again each time it is so many times as old; sooner as long as
// nobody knows what it is, for on a busy machine a profiler takes its time to start.
const ONGOING_FIRST_MS = 1000;
const ONGOING_FACTOR = 10;
const UNKNOWN_FACTOR = 2;

// What is told of a stall first is what its first stretch showed, which is over by then.
const FIRST_STRETCH_MS = ONGOING_FIRST_MS / 2;

// Each profile of a long stall ends after this time: what one holds in memory does not grow with the stall.
const STRETCH_MS = 10_000;

// What goes on for long is looked at in less detail, for it must cost little.
const STRETCH_SAMPLING_MICROS = 10_000;

export interface FollowHost {
  /** Whether the profiler was started; then it is started anew for each stretch of a long stall. */
  readonly isProfiled: boolean;
  readPulse(): Pulse;
  /** Whether nothing more is to be found out. */
  isInterrupted(): boolean;
  nowMs(): number;
  /** How long the thread has waited for a CPU since it began; 0 when not known. */
  waitedMs(): number;
  /** A time of the recording on the profiler's clock. */
  microsOf(atMs: number): number;
  onOngoing(sinceMs: number, soFarMs: number, culprit: Culprit): void;
}

export interface Followed {
  readonly end: Pulse;
  /** How long the whole process was stopped meanwhile. */
  readonly stoppedMs: number;
  /** When the thread was last asked what it does. */
  readonly askedMs: number;
  /** How long it waited for a CPU from then until it listened. */
  readonly waitedMs: number;
  /** What most of a long stall went to, its last stretch counted in. */
  earlier(last: Culprit): Culprit;
}

/** Waits for the end of a stall, and tells of it while it lasts. */
export async function untilBeat(
  { beat }: Standstill,
  mainThread: MainThreadProfiler,
  host: FollowHost,
): Promise<Followed> {
  const sinceMs = beat.atMs;
  const tally = createTally();
  let reportMs = ONGOING_FIRST_MS;
  let askedMs = host.nowMs();
  let waitedBeforeMs = host.waitedMs();
  let stoppedMs = 0;
  let pulse = host.readPulse();
  let turning: Promise<void> | null = null;

  const turnOver = async () => {
    const { listenedMs } = mainThread;
    const silentMs = listenedMs - askedMs - (mainThread.waitedMs - waitedBeforeMs);
    const sight = await mainThread.stop();
    const window = { fromMicros: host.microsOf(sinceMs), toMicros: Infinity };
    tally.add(culpritIn(sight, window), host.nowMs() - listenedMs);
    tally.add(isSilence(silentMs) ? culpritIn(sight, null) : NOT_SEEN, listenedMs - askedMs);
    askedMs = host.nowMs();
    waitedBeforeMs = host.waitedMs();
    mainThread.start(STRETCH_SAMPLING_MICROS);
    turning = null;
  };
  for (;;) {
    await sleep(FOLLOW_POLL_MS);
    const current = host.readPulse();
    stoppedMs += standstillOfAll(pulse, current);
    pulse = current;
    if (host.isInterrupted() || hasBeaten(beat, current)) break;
    if (
      host.isProfiled &&
      turning === null &&
      current.atMs > mainThread.listenedMs + (tally.heaviest() === null ? FIRST_STRETCH_MS : STRETCH_MS)
    )
      turning = turnOver();
    if (current.atMs - sinceMs < reportMs || (turning !== null && tally.heaviest() === null)) continue;
    const heaviest = tally.heaviest();
    reportMs *= heaviest === null ? UNKNOWN_FACTOR : ONGOING_FACTOR;
    host.onOngoing(sinceMs, current.atMs - sinceMs, heaviest ?? NOT_SEEN);
  }
  if (turning !== null) await answered<void>(turning);
  return {
    end: pulse,
    stoppedMs,
    askedMs,
    waitedMs: mainThread.waitedMs - waitedBeforeMs,
    earlier(last) {
      tally.add(last, pulse.atMs - askedMs);
      return tally.heaviest() ?? last;
    },
  };
}

// A thread that sleeps for milliseconds and oversleeps by so much was stopped, and the process with it.
const STOPPED_MS = 250;

/** Milliseconds between two readings in which neither this thread nor the main one did anything: SIGSTOP, or a suspended machine. */
function standstillOfAll(before: Pulse, after: Pulse): number {
  const gapMs = after.atMs - before.atMs;
  const idleMs = gapMs - (busyMs(before, after) ?? gapMs);
  return gapMs > STOPPED_MS && idleMs > gapMs / 2 ? idleMs : 0;
}

/** Waits for an answer of the main thread, for an inspector session alone keeps no thread alive. */
export async function answered<Answer>(question: Promise<Answer>): Promise<Answer> {
  const keepAlive = setInterval(() => {}, FOLLOW_POLL_MS);
  const answer = await question;
  clearInterval(keepAlive);
  return answer;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
