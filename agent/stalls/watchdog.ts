/** The watchdog thread: sees that the event loop of the main thread stands still, looks what it does, and writes it down. */
import { workerData } from 'node:worker_threads';

import type { StackFrame, Stall } from '../recording.ts';
import { createAcquaintance } from './acquaintance.ts';
import { createAllowance } from './allowance.ts';
import { CELL } from './control.ts';
import type { Culprit } from './culprit.ts';
import { answered, untilBeat } from './follow.ts';
import { createHunt } from './hunt.ts';
import { connectMainThreadProfiler, type MainThreadProfiler, type Sight } from './main-thread-profiler.ts';
import { busyMs, durationMs, hasBeaten, intervalMs, waitedMs, type Pulse, type Standstill } from './pulse.ts';
import { culpritIn, NOT_SEEN, shownMs, STARVED } from './sight.ts';
import { createStallWriter } from './stall-writer.ts';
import { openMainThreadTime } from './thread-time.ts';
import type { WatchdogData } from './watch.ts';

// The first second of a stall wants detail; what goes on for longer, and what waits for a stall, must cost little.
const STALL_SAMPLING_MICROS = 1000;
const MAX_HUNT_SAMPLING_MICROS = 20_000;

// A loop that has less to do than this is at rest, and is looked at less often.
const REST_SHARE = 0.05;
const REST_FACTOR = 3;

// How much of what a loop was busy lately counts beside the latest reading.
const HABIT = 0.8;

// A profile that shows less of a stall began when the native call was over.
const MIN_SHOWN_SHARE = 0.1;

// V8 that answers later than this was in a native call, and answers from wherever the thread went next.
const TELLING_SILENCE_MS = 25;

const { histogram, cells, resolutionMs, thresholdMs, recordingFile, startedAtNanos } =
  workerData as WatchdogData;

// Enough samples within the shortest stall.
const HUNT_SAMPLING_MICROS = Math.min(MAX_HUNT_SAMPLING_MICROS, (thresholdMs * 1000) / 5);

// What a profiler at that rate costs while it waits.
const HUNT_COST = 0.01;

const hunt = createHunt();
const allowance = createAllowance();
const acquaintance = createAcquaintance();
const mainThreadTime = openMainThreadTime();
const writer = createStallWriter(recordingFile);
let profiler: MainThreadProfiler | null = null;
let isHuntWanted = false;

void watchUntilReleased();

/**
 * Watches, and ends the thread when the main one lets it. One that ends while the main thread still answers its session,
 * or deletes it, makes Node abort the process: the answer goes to an object that is being destroyed.
 */
async function watchUntilReleased(): Promise<void> {
  try {
    await watch();
  } catch {
    Atomics.wait(cells, CELL.stop, 0);
  }
  mainThreadTime.close();
  profiler?.close();
  Atomics.store(cells, CELL.isConnected, 0);
  Atomics.notify(cells, CELL.isConnected);
  if (profiler !== null) Atomics.wait(cells, CELL.isReleased, 0);
}

async function watch(): Promise<void> {
  while (!isStopped()) {
    const standstill = untilStandstill();
    if (standstill !== null) await follow(standstill);
    if (hunt.isOver(nowMs())) await endHunt();
    else if (isHuntWanted) await beginHunt();
  }
  writer.flush();
}

/**
 * Sleeps until the loop has not come round for half the threshold, the time it waited for a CPU left out; null when the
 * thread or a hunt is to end. Blocks the thread, which costs a third of what a timer does.
 */
function untilStandstill(): Standstill | null {
  let pulse = readPulse();
  let beat = pulse;
  let before = pulse;
  let habit: number | null = null;
  let pollMs = resolutionMs;
  // Up to the first beat the profiler may have held up the loop.
  let hasBegun = false;
  for (;;) {
    Atomics.wait(cells, CELL.stop, 0, pollMs);
    if (isStopped() || hunt.isOver(nowMs())) return null;
    const current = readPulse();
    const elapsedMs = current.atMs - pulse.atMs;
    const workedMs = busyMs(pulse, current);
    // After a pause of this thread too, the whole process was stopped, unless the main one is known to have had work.
    const isPause = elapsedMs > pollMs + 2 * resolutionMs && (workedMs ?? 0) < elapsedMs / 2;
    const isUnusual = isSuspended() || isPause;
    const isBeat = hasBeaten(pulse, current);
    if (isBeat && hasBegun && !isUnusual) recordUnseen({ beat, before, busyShare: habit }, pulse, current);
    if (isBeat || isUnusual) {
      before = isUnusual ? current : pulse;
      beat = current;
      habit = nextHabit(habit, workedMs, elapsedMs);
      hasBegun ||= isBeat;
    } else if (current.atMs - beat.atMs - waitedMs(beat, current) >= resolutionMs + thresholdMs / 2) {
      return { beat, before, busyShare: habit };
    }
    pollMs =
      workedMs !== null && workedMs < REST_SHARE * elapsedMs ? REST_FACTOR * resolutionMs : resolutionMs;
    pulse = current;
    writer.flushWhenDue(current.atMs);
  }
}

function nextHabit(habit: number | null, workedMs: number | null, elapsedMs: number): number | null {
  if (workedMs === null || elapsedMs <= 0) return null;
  const share = Math.min(1, workedMs / elapsedMs);
  return habit === null ? share : HABIT * habit + (1 - HABIT) * share;
}

/** Profiles the main thread until its loop comes round, and records the stall. */
async function follow(standstill: Standstill): Promise<void> {
  const mainThread = connectedProfiler();
  const isProfiled = !hunt.isOn && allowance.isLeft(nowMs());
  if (isProfiled) mainThread.start(STALL_SAMPLING_MICROS);
  else mainThread.glance();

  const { end, stoppedMs, askedMs, earlier } = await untilBeat(standstill, mainThread, {
    isProfiled,
    readPulse,
    isInterrupted: () => isStopped() || isSuspended(),
    nowMs,
    microsOf,
    onOngoing: (sinceMs, soFarMs, culprit) =>
      writer.write({ ...stallOf(sinceMs, soFarMs, culprit), isOngoing: true }),
  });
  const wasSuspended = isSuspended();
  const pausedMs = durationMs(standstill, end, resolutionMs) - stoppedMs;
  // V8 that is silent for long is inside a native call; one asked late is not.
  const silentMs = mainThread.listenedMs - askedMs;
  const isLate = silentMs > (end.atMs - askedMs) / 2;
  const isTelling = silentMs < TELLING_SILENCE_MS;
  const isCaught = hunt.isOn && !isTelling;
  const sight = isProfiled
    ? await profiled(mainThread)
    : isCaught
      ? await endHunt()
      : await answered(mainThread.seen());

  const sinceMs = end.atMs - pausedMs - stoppedMs;
  // What came after a native call may have been the profiler's own doing.
  const isHeldUp = isLate && isProfiled;
  const lastedMs = isHeldUp
    ? Math.max(mainThread.listenedMs - sinceMs, pausedMs - sight.startCostMs)
    : pausedMs;
  if (lastedMs < thresholdMs || wasSuspended) return;

  const window = { fromMicros: microsOf(sinceMs), toMicros: microsOf(sinceMs + lastedMs) };
  const samplingMs = (isProfiled ? STALL_SAMPLING_MICROS : HUNT_SAMPLING_MICROS) / 1000;
  const isBlind = !isTelling && shownMs(sight, window, samplingMs) < MIN_SHOWN_SHARE * lastedMs;
  const isAfterwards = sight.profile === null ? !isTelling : (isLate && !isCaught) || isBlind;
  const seen = culpritIn(
    isTelling || isAfterwards ? sight : { ...sight, stackAtStart: [] },
    isAfterwards ? null : window,
  );
  const culprit = isStarved(standstill, end, lastedMs)
    ? STARVED
    : named(earlier(seen), isTelling ? [] : sight.stackAtStart);
  writer.record(stallOf(sinceMs, lastedMs, culprit));
}

async function profiled(mainThread: MainThreadProfiler): Promise<Sight> {
  const sinceMs = nowMs();
  const sight = await answered(mainThread.stop());
  allowance.spend(sight.startCostMs + nowMs() - sinceMs);
  return sight;
}

/** The culprit, or who it was when the thread was found in the same place after other stalls. Who remains unnamed is hunted for. */
function named(culprit: Culprit, stackAfter: readonly StackFrame[]): Culprit {
  if (culprit.culprit !== null) acquaintance.learn(stackAfter, culprit);
  const known = culprit.culprit === null ? acquaintance.recall(stackAfter) : culprit;
  // Another call may be caught first: the hunt goes on for the one it was for.
  isHuntWanted = (known === null || acquaintance.isSeeking) && !hunt.isOn && allowance.isLeft(nowMs());
  return known ?? culprit;
}

/** Leaves the profiler on. Starting it holds up the loop, which is to turn again before it is watched. */
async function beginHunt(): Promise<void> {
  isHuntWanted = false;
  const sinceMs = nowMs();
  hunt.begin(sinceMs);
  connectedProfiler().start(HUNT_SAMPLING_MICROS);
  await answered(connectedProfiler().seen());
  allowance.spend(nowMs() - sinceMs);
}

async function endHunt(): Promise<Sight> {
  allowance.spend(hunt.end(nowMs()) * HUNT_COST);
  return await answered(connectedProfiler().stop());
}

function readPulse(): Pulse {
  return {
    atMs: nowMs(),
    count: histogram.count,
    windows: Atomics.load(cells, CELL.windows),
    longestMs: histogram.count === 0 ? 0 : histogram.max / 1e6,
    closedLongestMs: Atomics.load(cells, CELL.longestMicros) / 1000,
    time: mainThreadTime.read(),
  };
}

/**
 * A stall that ended between two readings. That no beat was seen says nothing beyond the reading before: it may have come
 * right after.
 */
function recordUnseen(standstill: Standstill, lastSilent: Pulse, end: Pulse): void {
  const silentMs = lastSilent.atMs - standstill.beat.atMs;
  if (Math.max(silentMs, intervalMs(standstill.beat, end)) < thresholdMs) return;
  const lastedMs = durationMs(standstill, end, resolutionMs);
  if (lastedMs < thresholdMs) return;
  const culprit = isStarved(standstill, end, lastedMs) ? STARVED : NOT_SEEN;
  writer.record(stallOf(end.atMs - lastedMs, lastedMs, culprit));
}

/** Whether there would have been no stall if the thread had been given a CPU whenever it wanted one. */
function isStarved({ before }: Standstill, end: Pulse, lastedMs: number): boolean {
  const waited = waitedMs(before, end);
  const ranMs = (busyMs(before, end) ?? Infinity) - waited;
  return waited > lastedMs / 2 && ranMs < thresholdMs;
}

function stallOf(sinceMs: number, lastedMs: number, { category, culprit, stack }: Culprit): Stall {
  return {
    type: 'stall',
    atMs: sinceMs,
    durationMs: lastedMs,
    category,
    culprit,
    ...(stack.length > 0 && { stack }),
  };
}

function connectedProfiler(): MainThreadProfiler {
  if (profiler === null) {
    profiler = connectMainThreadProfiler(nowMs);
    Atomics.store(cells, CELL.isConnected, 1);
  }
  return profiler;
}

function isStopped(): boolean {
  return Atomics.load(cells, CELL.stop) === 1;
}

function isSuspended(): boolean {
  return Atomics.load(cells, CELL.isSuspended) === 1;
}

/** The profiler's clock, which is that of process.hrtime.bigint(). */
function microsOf(atMs: number): number {
  return Number(startedAtNanos) / 1e3 + atMs * 1e3;
}

/** Milliseconds since the recording began. */
function nowMs(): number {
  return Number(process.hrtime.bigint() - startedAtNanos) / 1e6;
}
