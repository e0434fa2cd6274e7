/** The watchdog thread: sees that the event loop of the main thread stands still, looks what it does, and writes it down. */
import { constants } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { clearInterval, openSync, readFileSync, setInterval, setTimeout, writeSync } from '../primordials.ts';
import { encodeEntry } from '../recording-codec.ts';
import type { Stall } from '../recording.ts';
import { CELL } from './control.ts';
import { culpritOf, culpritOfNativeCall, within, type Culprit, type ProfileWindow } from './culprit.ts';
import { createStallLedger } from './ledger.ts';
import { connectMainThreadProfiler, type MainThreadProfiler, type Sight } from './main-thread-profiler.ts';
import type { WatchdogData } from './watch.ts';

// How well the end of a stall is known.
const FOLLOW_POLL_MS = 10;

// A stall is told of while it lasts at this age, and again each time it is so many times as old.
const ONGOING_FIRST_MS = 1000;
const ONGOING_FACTOR = 10;

const FLUSH_EVERY_MS = 5 * 60_000;

// A profile of a stall is short and wants detail; one that waits for a stall is long and must cost little.
const STALL_SAMPLING_MICROS = 1000;
const HUNT_SAMPLING_MICROS = 5000;
const HUNT_MS = 30_000;
const HUNT_EVERY_MS = 5 * 60_000;

const NOT_SEEN: Culprit = { category: 'unknown', culprit: null, stack: [] };

const { histogram, cells, resolutionMs, thresholdMs, recordingFile, startedAtNanos } =
  workerData as WatchdogData;

const ledger = createStallLedger();
let profiler: MainThreadProfiler | null = null;
let recording: number | null = null;
let huntUntilMs: number | null = null;
let nextHuntMs = 0;
let nextFlushMs = FLUSH_EVERY_MS;

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
  profiler?.close();
  Atomics.store(cells, CELL.isConnected, 0);
  Atomics.notify(cells, CELL.isConnected);
  if (profiler !== null) Atomics.wait(cells, CELL.isReleased, 0);
}

async function watch(): Promise<void> {
  while (!isStopped()) {
    const sinceMs = untilStandstill();
    if (sinceMs !== null) await follow(sinceMs);
    if (isHuntOver()) await endHunt();
    else if (sinceMs !== null && huntUntilMs !== null) connectedProfiler().start(HUNT_SAMPLING_MICROS);
  }
  flush();
}

/**
 * Sleeps until the loop has not come round for half the threshold, and answers since when; null when the thread or a
 * hunt is to end. Blocks the thread, which costs a third of what a timer does.
 */
function untilStandstill(): number | null {
  let pulse = readPulse();
  let sinceMs = nowMs();
  let polledMs = sinceMs;
  // Up to the first beat the profiler may have held up the loop.
  let hasBegun = false;
  for (;;) {
    Atomics.wait(cells, CELL.stop, 0, resolutionMs);
    if (isStopped() || isHuntOver()) return null;
    const now = nowMs();
    const current = readPulse();
    // After a pause of this thread too, the whole process was stopped or short of CPU.
    const isUnusual = isSuspended() || now - polledMs > 3 * resolutionMs;
    const isBeat = hasBeaten(pulse, current);
    if (isBeat && hasBegun && !isUnusual) recordUnseen(pulse, current, now);
    if (isBeat) hasBegun = true;
    if (isBeat || isUnusual) sinceMs = now;
    else if (now - sinceMs >= resolutionMs + thresholdMs / 2) return sinceMs;
    pulse = current;
    polledMs = now;
    if (now >= nextFlushMs) flush();
  }
}

/** Profiles the main thread until its loop comes round, and records the stall. */
async function follow(sinceMs: number): Promise<void> {
  const pulse = readPulse();
  const isHunting = huntUntilMs !== null;
  const mainThread = connectedProfiler();
  if (!isHunting) mainThread.start(STALL_SAMPLING_MICROS);
  const earlier = await reportWhileOngoing(sinceMs, pulse, mainThread);
  const pausedMs = durationOf(sinceMs, pulse);
  const wasSuspended = isSuspended();
  const isLate = !isHunting && mainThread.listenedMs - sinceMs > pausedMs / 2;
  const sight = await sightOf(mainThread);
  // What began after the call was the profiler's own doing.
  const durationMs = isLate ? pausedMs - sight.startCostMs : pausedMs;
  if (durationMs < thresholdMs || wasSuspended) return;
  const window = { fromMicros: microsOf(sinceMs - resolutionMs), toMicros: microsOf(sinceMs + durationMs) };
  const seen = earlier ?? culpritIn(sight, isLate ? null : window);
  record(stallOf(sinceMs, durationMs, seen));
  if (seen.culprit === null) beginHunt();
}

/**
 * Leaves the profiler on for a while, because a native call was over before V8 listened: by its stack then, only what
 * followed it is known. When it comes again, samples are taken inside it.
 */
function beginHunt(): void {
  const now = nowMs();
  if (now < nextHuntMs) return;
  huntUntilMs = now + HUNT_MS;
  nextHuntMs = now + HUNT_EVERY_MS;
}

async function endHunt(): Promise<void> {
  huntUntilMs = null;
  await sightOf(connectedProfiler());
}

async function sightOf(mainThread: MainThreadProfiler): Promise<Sight> {
  const keepAlive = setInterval(() => {}, FOLLOW_POLL_MS); // an inspector session alone does not
  const sight = await mainThread.stop();
  clearInterval(keepAlive);
  return sight;
}

/** @param window the stall; null when it was over before V8 listened */
function culpritIn({ profile, stackAtStart }: Sight, window: ProfileWindow | null): Culprit {
  if (profile === null) return NOT_SEEN;
  if (window === null) return culpritOfNativeCall(stackAtStart, readSource);
  return culpritOf(within(profile, window), stackAtStart, readSource);
}

/** Waits for the end of a stall, and tells of it while it lasts. What was seen then is the answer. */
async function reportWhileOngoing(
  sinceMs: number,
  pulse: Pulse,
  mainThread: MainThreadProfiler,
): Promise<Culprit | null> {
  let reportMs = ONGOING_FIRST_MS;
  let seen: Culprit | null = null;
  for (;;) {
    await sleep(FOLLOW_POLL_MS);
    if (isStopped() || isSuspended() || hasBeaten(pulse, readPulse())) return seen;
    if (nowMs() - sinceMs < reportMs) continue;
    reportMs *= ONGOING_FACTOR;
    if (mainThread.listenedMs < Infinity) {
      seen = culpritIn(await sightOf(mainThread), { fromMicros: microsOf(sinceMs), toMicros: Infinity });
      mainThread.start(STALL_SAMPLING_MICROS);
    }
    write({ ...stallOf(sinceMs, nowMs() - sinceMs, seen ?? NOT_SEEN), isOngoing: true });
  }
}

/** What tells that the loop came round: the histogram's count, and how often it was reset. */
interface Pulse {
  readonly count: number;
  readonly windows: number;
  /** The longest interval in the histogram. */
  readonly longestMs: number;
}

function readPulse(): Pulse {
  return {
    count: histogram.count,
    windows: Atomics.load(cells, CELL.windows),
    longestMs: histogram.count === 0 ? 0 : histogram.max / 1e6,
  };
}

function hasBeaten(before: Pulse, after: Pulse): boolean {
  return before.count !== after.count || before.windows !== after.windows;
}

/** The interval that ended between two pulses; 0 when it was not longer than others of its window. */
function intervalMs(before: Pulse, after: Pulse): number {
  if (before.windows !== after.windows) {
    const closedMs = Atomics.load(cells, CELL.longestMicros) / 1000;
    return Math.max(after.longestMs, closedMs > before.longestMs ? closedMs : 0);
  }
  return after.longestMs > before.longestMs ? after.longestMs : 0;
}

/** A stall that ended between two polls. */
function recordUnseen(before: Pulse, after: Pulse, now: number): void {
  const durationMs = intervalMs(before, after) - resolutionMs / 2;
  if (durationMs < thresholdMs) return;
  record(stallOf(now - durationMs, durationMs, NOT_SEEN));
}

/**
 * How long the stall was. The histogram measured the interval in which it lies, at whose beginning the loop was still
 * turning for half a resolution on average; where another one was longer, the polls tell it less well.
 */
function durationOf(sinceMs: number, pulse: Pulse): number {
  const polledMs = nowMs() - sinceMs;
  const measuredMs = intervalMs(pulse, readPulse()) - resolutionMs / 2;
  return Math.abs(measuredMs - polledMs) <= 2 * resolutionMs ? measuredMs : polledMs;
}

function stallOf(sinceMs: number, durationMs: number, { category, culprit, stack }: Culprit): Stall {
  return { type: 'stall', atMs: sinceMs, durationMs, category, culprit, ...(stack.length > 0 && { stack }) };
}

function connectedProfiler(): MainThreadProfiler {
  if (profiler === null) {
    profiler = connectMainThreadProfiler(nowMs);
    Atomics.store(cells, CELL.isConnected, 1);
  }
  return profiler;
}

function isHuntOver(): boolean {
  return huntUntilMs !== null && nowMs() > huntUntilMs;
}

function record(stall: Stall): void {
  const entry = ledger.add(stall);
  if (entry !== null) write(entry);
}

function write(stall: Stall): void {
  parentPort?.postMessage(stall, []);
  try {
    // Without O_CREAT: a recording that somebody deleted does not come back.
    recording ??= openSync(recordingFile, constants.O_WRONLY | constants.O_APPEND);
    writeSync(recording, encodeEntry(stall, []));
  } catch {
    // The main thread tells of a disk that fails, once.
  }
}

function flush(): void {
  nextFlushMs = nowMs() + FLUSH_EVERY_MS;
  for (const stall of ledger.flush()) write(stall);
}

function readSource(file: string, line: number): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  } catch {
    return '';
  }
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

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
