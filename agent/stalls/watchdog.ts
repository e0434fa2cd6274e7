/** The watchdog thread: sees that the event loop of the main thread stands still, looks what it does, and writes it down. */
import { workerData } from 'node:worker_threads';

import { monotonicMs } from '../primordials.ts';
import type { Stall } from '../recording.ts';
import { createAcquaintance } from './acquaintance.ts';
import { createAllowance } from './allowance.ts';
import type { CallSite } from './call-sites.ts';
import { CELL } from './control.ts';
import type { Culprit } from './culprit.ts';
import { answered, untilBeat } from './follow.ts';
import { createHunt } from './hunt.ts';
import { asWaiting, isStarved, judge, judgeUnseen } from './judge.ts';
import { createLookout, type Found } from './lookout.ts';
import { connectMainThreadProfiler, type MainThreadProfiler, type Sight } from './main-thread-profiler.ts';
import { durationMs, type Pulse, type Standstill } from './pulse.ts';
import { NOT_SEEN, STARVED } from './sight.ts';
import { createStallWriter } from './stall-writer.ts';
import { openMainThreadTime } from './thread-time.ts';
import type { WatchdogData } from './watch.ts';

// The first second of a stall wants detail; what goes on for longer, and what waits for a stall, must cost little.
const STALL_SAMPLING_MICROS = 1000;
const MAX_HUNT_SAMPLING_MICROS = 20_000;

const { pulse, cells, resolutionMs, thresholdMs, recordingFile, startedAtNanos } = workerData as WatchdogData;

// Enough samples within the shortest stall.
const HUNT_SAMPLING_MICROS = Math.min(MAX_HUNT_SAMPLING_MICROS, (thresholdMs * 1000) / 5);

// What a profiler at that rate costs while it waits.
const HUNT_COST = 0.01;

// On this thread's own clock, which is read at every look and costs less than a bigint.
const beganMs = monotonicMs() - Number(process.hrtime.bigint() - startedAtNanos) / 1e6;

const hunt = createHunt();
const allowance = createAllowance();
const acquaintance = createAcquaintance();
const mainThreadTime = openMainThreadTime();
const writer = createStallWriter(recordingFile);
const lookout = createLookout({
  resolutionMs,
  thresholdMs,
  // Blocks the thread, which costs a third of what a timer does.
  sleep: (milliseconds) => void Atomics.wait(cells, CELL.stop, 0, milliseconds),
  readPulse,
  nowMs,
  countBeats: () => pulse.count,
  forgetLongest: () => pulse.reset(),
  isSuspended,
  isOver: (atMs) => isStopped() || hunt.isOver(atMs),
  onReading: writer.flushWhenDue,
});
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
    const found = lookout.untilFound();
    if (found !== null)
      await (found.over === null ? follow(found.standstill) : recordUnseen(found.standstill, found.over));
    if (hunt.isOver(nowMs())) await endHunt();
    else if (isHuntWanted) await beginHunt();
  }
  writer.flush();
}

/** Profiles the main thread until its loop comes round, and records the stall. */
async function follow(standstill: Standstill): Promise<void> {
  const mainThread = connectedProfiler();
  const isProfiled = !hunt.isOn && allowance.isLeft(nowMs());
  if (isProfiled) mainThread.start(STALL_SAMPLING_MICROS);
  else mainThread.glance();

  const {
    end,
    stoppedMs,
    askedMs,
    waitedMs: waitedForAnswerMs,
    earlier,
  } = await untilBeat(standstill, mainThread, {
    isProfiled,
    readPulse,
    isInterrupted: () => isStopped() || isSuspended(),
    nowMs,
    waitedMs: mainThreadWaitedMs,
    microsOf,
    onOngoing: (sinceMs, soFarMs, culprit) =>
      writer.write({ ...stallOf(sinceMs, soFarMs, culprit), isOngoing: true }),
  });
  const wasSuspended = isSuspended();
  const pausedMs = durationMs(standstill, end, resolutionMs) - stoppedMs;
  const isCaught = hunt.isOn && allowance.isLeft(nowMs());
  const sight = isProfiled
    ? await profiled(mainThread)
    : isCaught
      ? await endHunt()
      : await answered(mainThread.seen());

  const sinceMs = end.atMs - pausedMs - stoppedMs;
  // What came after a native call may have been the profiler's own doing.
  const isHeldUp = isProfiled && mainThread.listenedMs - askedMs > (end.atMs - askedMs) / 2;
  const lastedMs = isHeldUp
    ? Math.max(mainThread.listenedMs - sinceMs, pausedMs - sight.startCostMs)
    : pausedMs;
  if (lastedMs < thresholdMs || wasSuspended) return;

  const judgement = judge(
    {
      sight,
      sinceMs,
      lastedMs,
      askedMs,
      listenedMs: mainThread.listenedMs,
      waitedMs: waitedForAnswerMs,
      samplingMs: (isProfiled ? STALL_SAMPLING_MICROS : HUNT_SAMPLING_MICROS) / 1000,
      isWhole: isCaught,
    },
    microsOf,
  );
  const seen = asWaiting(judgement.culprit, standstill, end, lastedMs);
  tell(standstill, end, { sinceMs, lastedMs, culprit: earlier(seen), stackAfter: judgement.stackAfter });
  // Where one was worth a hunt, the next one is as well.
  if (isCaught) isHuntWanted = allowance.isLeft(nowMs());
}

interface Told {
  readonly sinceMs: number;
  readonly lastedMs: number;
  readonly culprit: Culprit;
  readonly stackAfter: readonly CallSite[];
}

/** Records a stall, and hunts for its culprit if need be. */
function tell(standstill: Standstill, end: Pulse, { sinceMs, lastedMs, culprit, stackAfter }: Told): void {
  if (isStarved(standstill, end, { lastedMs, thresholdMs })) {
    writer.record(stallOf(sinceMs, lastedMs, STARVED));
    return;
  }
  const best = named(culprit, stackAfter);
  const stall = stallOf(sinceMs, lastedMs, best);
  if (writer.record(stall) && !isSure(best)) acquaintance.remember(stackAfter, stall);
}

async function profiled(mainThread: MainThreadProfiler): Promise<Sight> {
  const sinceMs = nowMs();
  const sight = await answered(mainThread.stop());
  allowance.spend(sight.startCostMs + nowMs() - sinceMs);
  return sight;
}

/** The culprit, or who it was when the thread was found in the same place after other stalls. Who is not known is hunted for. */
function named(culprit: Culprit, stackAfter: readonly CallSite[]): Culprit {
  if (isSure(culprit)) {
    acquaintance.learn(stackAfter, culprit);
    for (const { atMs, durationMs: lastedMs } of acquaintance.takeRemembered(stackAfter))
      writer.correct(stallOf(atMs, lastedMs, culprit));
  }
  const known = isSure(culprit) ? culprit : acquaintance.recall(stackAfter);
  // Another call may be caught first: the hunt goes on for the one it was for.
  isHuntWanted = (known === null || acquaintance.isSeeking) && !hunt.isOn && allowance.isLeft(nowMs());
  return known ?? culprit;
}

function isSure({ culprit, isGuess }: Culprit): boolean {
  return culprit !== null && isGuess !== true;
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

function mainThreadWaitedMs(): number {
  return mainThreadTime.read()?.waitedMs ?? 0;
}

function readPulse(): Pulse {
  const { count } = pulse;
  return {
    atMs: nowMs(),
    count,
    longestMs: count === 0 ? 0 : pulse.max / 1e6,
    time: mainThreadTime.read(),
  };
}

/** A stall that was over when it was noticed: a hunt saw it nevertheless. */
async function recordUnseen(
  standstill: Standstill,
  { end, durationMs: lastedMs }: NonNullable<Found['over']>,
): Promise<void> {
  const sinceMs = end.atMs - lastedMs;
  const isCaught = hunt.isOn && allowance.isLeft(end.atMs);
  const culprit = isCaught
    ? judgeUnseen((await endHunt()).profile, { fromMs: sinceMs, toMs: end.atMs }, microsOf)
    : NOT_SEEN;
  tell(standstill, end, { sinceMs, lastedMs, culprit, stackAfter: [] });
  isHuntWanted = !hunt.isOn && allowance.isLeft(nowMs());
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
    profiler = connectMainThreadProfiler({ nowMs, waitedMs: mainThreadWaitedMs });
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
  return monotonicMs() - beganMs;
}
