/** Puts probes, triggers, snapshots and the recorder together around one timer. */
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

import type { EventHub } from './events.ts';
import { keepFigures, type Figures } from './figures.ts';
import { guarded } from './guarded.ts';
import { describeProcess } from './header.ts';
import type { AgentOptions } from './options.ts';
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  dateNow,
  monotonicMs,
  setImmediate,
  setInterval,
  setTimeout,
} from './primordials.ts';
import { PROBES, type ProbeHost, type RunningProbe } from './probe.ts';
import { openRecorder } from './recorder.ts';
import {
  RECORDING_SUFFIX,
  type RecordingEntry,
  type Sample,
  type SnapshotMode,
  type SnapshotTaken,
} from './recording.ts';
import type { RequestStatistics } from './requests/statistics.ts';
import { FILE_PREFIX } from './run-folder.ts';
import { createForker } from './snapshot-fork.ts';
import { createPacker } from './snapshot-packing.ts';
import { createSnapshotQueue, type TakenWithRemovals } from './snapshot-queue.ts';
import { createSnapshotter } from './snapshot.ts';
import { turnOf } from './spread.ts';
import { TRIGGERS, type RunningTrigger, type SnapshotAsk, type TriggerHost } from './trigger.ts';
import { createVerdictWatch } from './verdict-watch.ts';

// A recording is a small part of a run folder, whose budget is meant for snapshots.
const RECORDING_SHARE_OF_BUDGET = 1 / 8;

// Longer than most snapshots take, and soon enough for a leak to be still there.
const MAX_SPREAD_MS = 10_000;

const PROOF_AFTER_MS = 1000;

const MAX_MARK_LENGTH = 200;

export interface Observation {
  readonly figures: Figures;
  readonly heapLimitBytes: number;
  /** The container's limit; null where there is none. */
  readonly memoryLimitBytes: number | null;
  takeSnapshot(): SnapshotTaken;
  /** Takes one in this mode, when those on their way are there. */
  requestSnapshot(mode: SnapshotMode): Promise<SnapshotTaken>;
  mark(name: string): void;
  /** Takes a last sample and closes the recording. */
  end(exitCode: number): void;
}

const NO_SAMPLE: Omit<Sample, 'type' | 'atMs'> = {
  rssBytes: 0,
  heapTotalBytes: 0,
  heapUsedBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  heapSpaceBytes: {},
  loopDelayP50Ms: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  loopUtilization: 0,
  cpuUserMs: 0,
  cpuSystemMs: 0,
  activeResources: {},
};

/** What an observation shares with the agent's other parts. */
export interface Surroundings {
  /** An existing folder. */
  readonly runFolder: string;
  readonly hub: EventHub;
  readonly requests: RequestStatistics;
}

/** Observes this thread until `end` is called. */
export function observe(options: AgentOptions, { runFolder, hub, requests }: Surroundings): Observation {
  const startedMs = monotonicMs();
  const startedAtNanos = process.hrtime.bigint();
  const recordingFile = join(runFolder, `${FILE_PREFIX}${RECORDING_SUFFIX}`);
  const header = describeProcess(options, dateNow());
  const recorder = openRecorder(recordingFile, header, options.diskBudgetBytes * RECORDING_SHARE_OF_BUDGET);
  const snapshotter = createSnapshotter(runFolder, options, createForker(unwatched));
  const queue = createSnapshotQueue(
    { take: (maxPauseMs) => unwatched(() => snapshotter.take(maxPauseMs)), fork: snapshotter.fork },
    options,
    recordSnapshot,
  );
  const atMs = (performanceMs: number) => Math.max(0, performanceMs - startedMs);
  const nowMs = () => atMs(monotonicMs());

  const keeper = keepFigures();
  const record = (entry: RecordingEntry) => {
    keeper.add(entry);
    recorder.add(entry);
    // Collections come in numbers and go out with the next sample; what is rare goes out at once.
    if (entry.type !== 'gc') recorder.flush();
  };
  const onDisabled = (name: string) => (reason: string) =>
    record({ type: 'notice', atMs: nowMs(), code: 'probe-disabled', message: `${name}: ${reason}` });

  const packer =
    options.snapshotCompress === null
      ? null
      : createPacker(runFolder, options.snapshotCompress, {
          onPacked: (message) => record({ type: 'notice', atMs: nowMs(), code: 'snapshot-packed', message }),
          onFailure: onDisabled('packing of snapshots'),
        });
  let triggers: readonly GuardedTrigger[] = [];
  const ownServers = new WeakSet<object>();
  const probeHost: ProbeHost = {
    options,
    runFolder,
    recordingFile,
    requests,
    ownServers,
    startedAtNanos,
    atMs,
    record,
    unwatched,
    onStall(stall) {
      keeper.add(stall);
      hub.emit('stall', stall);
    },
    onFloor: (floorAtMs, bytes) => triggers.forEach((trigger) => trigger.onFloor(floorAtMs, bytes)),
  };
  const probes = PROBES.map((probe) =>
    guardedProbe(probe.name, () => probe.start(probeHost), onDisabled(probe.name)),
  );
  const turn = turnOf(header);
  let waiting: NodeJS.Timeout | null = null;
  /** The workers of a cluster have the same ideas at the same time; what somebody asks for is taken at once. */
  const ask = (wish: SnapshotAsk) => {
    if (wish.isAskedFor || turn === 0) return queue.add(wish);
    waiting ??= setTimeout(() => {
      waiting = null;
      queue.add(wish);
    }, turn * MAX_SPREAD_MS).unref();
  };
  const triggerHost: TriggerHost = {
    options,
    runFolder,
    turn,
    ownServers,
    ask,
    takeNow: (wish) => queue.take(wish, nowMs()),
    notice: (message) => record({ type: 'notice', atMs: nowMs(), code: 'trigger', message }),
    onGrowth: (growth) => hub.emit('growth', growth),
  };
  triggers = TRIGGERS.map((trigger) =>
    guardedTrigger(trigger.name, () => trigger.start(triggerHost), onDisabled(trigger.name)),
  );

  /** What the agent does to the loop itself is not to show in its measurements. */
  function unwatched<Result>(work: () => Result): Result {
    for (const probe of probes) probe.suspend();
    try {
      return work();
    } finally {
      for (const probe of probes) probe.resume();
    }
  }
  function recordSnapshot({ entry, removed }: TakenWithRemovals): void {
    record(entry);
    hub.emit('snapshot', entry);
    triggers.forEach((trigger) => trigger.onSnapshot(entry));
    if (entry.file !== undefined) packer?.pack(entry.file);
    for (const file of removed)
      record({ type: 'notice', atMs: nowMs(), code: 'snapshot-removed', message: file });
  }
  const sample = () => {
    const parts = probes.map((probe) => probe.sample());
    record(Object.assign({ type: 'sample', atMs: nowMs() } as const, NO_SAMPLE, ...parts) as Sample);
  };

  const proveFork = async () => {
    const message = await snapshotter.proveFork();
    if (message !== null) record({ type: 'notice', atMs: nowMs(), code: 'not-forked', message });
  };
  // The first second belongs to the application's start.
  const mayFork = options.snapshotMode === 'auto' && isMainThread;
  const proving = mayFork ? setTimeout(() => void proveFork(), PROOF_AFTER_MS).unref() : null;

  const lookForVerdict = createVerdictWatch(runFolder, hub);
  let ticks = 0;
  const tick = () => {
    for (const trigger of triggers) trigger.tick(nowMs());
    queue.work(nowMs());
    if (++ticks % recorder.thinning === 0) sample();
    lookForVerdict();
  };
  const guardedTick = guarded('sampling', tick, undefined, onDisabled('sampling'));
  // Timers that are due together run in any order: after all of them the loop's histogram has counted this turn.
  let afterTimers: NodeJS.Immediate | null = null;
  const timer = setInterval(() => {
    afterTimers = setImmediate(guardedTick);
    afterTimers.unref();
  }, options.intervalMs);
  timer.unref();

  return {
    figures: keeper.figures,
    heapLimitBytes: header.heapLimitBytes,
    memoryLimitBytes: header.memoryLimitBytes,
    takeSnapshot: () => queue.take({ reason: 'api', isAskedFor: true }, nowMs()),
    requestSnapshot: (mode) => queue.request({ reason: 'api', isAskedFor: true, mode }, nowMs),
    mark: (name) => record({ type: 'mark', atMs: nowMs(), name: String(name).slice(0, MAX_MARK_LENGTH) }),
    end(exitCode) {
      clearInterval(timer);
      if (waiting !== null) clearTimeout(waiting);
      if (afterTimers !== null) clearImmediate(afterTimers);
      if (proving !== null) clearTimeout(proving);
      snapshotter.stop();
      packer?.stop();
      sample();
      for (const part of [...probes, ...triggers]) part.stop();
      record({ type: 'end', atMs: nowMs(), exitCode });
      recorder.close();
    },
  };
}

type GuardedProbe = Required<RunningProbe>;
type GuardedTrigger = Required<RunningTrigger>;

function guardedProbe(
  name: string,
  start: () => RunningProbe | null,
  onDisabled: (reason: string) => void,
): GuardedProbe {
  const probe = guarded(`probe ${name}`, start, null, onDisabled)();
  return {
    sample: guarded(`probe ${name}`, () => probe?.sample?.() ?? {}, {}, onDisabled),
    suspend: guarded(`probe ${name}`, () => probe?.suspend?.(), undefined, onDisabled),
    resume: guarded(`probe ${name}`, () => probe?.resume?.(), undefined, onDisabled),
    stop: guarded(`probe ${name}`, () => probe?.stop(), undefined, onDisabled),
  };
}

function guardedTrigger(
  name: string,
  start: () => RunningTrigger | null,
  onDisabled: (reason: string) => void,
): GuardedTrigger {
  const trigger = guarded(`trigger ${name}`, start, null, onDisabled)();
  return {
    tick: guarded(`trigger ${name}`, (atMs: number) => trigger?.tick?.(atMs), undefined, onDisabled),
    onFloor: guarded(
      `trigger ${name}`,
      (atMs: number, floorBytes: number) => trigger?.onFloor?.(atMs, floorBytes),
      undefined,
      onDisabled,
    ),
    onSnapshot: guarded(
      `trigger ${name}`,
      (taken: SnapshotTaken) => trigger?.onSnapshot?.(taken),
      undefined,
      onDisabled,
    ),
    stop: guarded(`trigger ${name}`, () => trigger?.stop(), undefined, onDisabled),
  };
}
