import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SnapshotReason } from '../../agent/recording.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { formatDuration } from '../duration.ts';
import { agentEnvironment } from './agent-environment.ts';
import { startApp } from './app-process.ts';
import type { AppProcess, ProcessEnd } from './app-process.ts';
import { passSignalsTo } from './interruption.ts';
import { startLoad, withPort } from './load-process.ts';
import type { RunProgress } from './run-progress.ts';
import { RunObserver, pause } from './run-observer.ts';
import { snapshotPlan } from './snapshot-plan.ts';
import { snapshotOf } from './snapshot-answer.ts';
import { stopApp } from './stop-app.ts';
import { limitTime } from './time-limit.ts';
import { untilReady } from './until-ready.ts';

// Time an application has to end after a signal before it is stopped.
const OWN_END_MS = 10_000;

// A Ctrl-C reaches leakwatch and the application together; the news of the application's end may come first.
const SAME_KEYSTROKE_MS = 100;

const MEASURE_MS = 1000;

export interface RunOptions {
  readonly command: readonly string[];
  readonly runFolder: string;
  /** A shell command that keeps the application busy. */
  readonly load: string | null;
  /** How long the application works, the time for snapshots not counted, before it is stopped; null: until it, the load or a person ends it. */
  readonly durationMs: number | null;
  /** How long it works before the first snapshot; null: a share of the duration. */
  readonly warmupMs: number | null;
  /** How long it rests between the work and the last snapshot. */
  readonly settleMs: number;
  /** How long it may take until it listens, or without a load until the agent is there; and then until it is ready. */
  readonly listenTimeoutMs: number;
  /** Polled until it answers well, before the work begins; `$PORT` is the port. Default: that it listens. */
  readonly ready?: string;
  readonly env: NodeJS.ProcessEnv;
  /** True when a person's Ctrl-C reaches leakwatch and the application alike. */
  readonly inTerminal: boolean;
  /** Windows of work between two snapshots; default 3. */
  readonly rounds?: number;
  /** Where the application's output goes; default leakwatch's own. It then has a process group, which ends with it. */
  readonly outputFile?: string;
  /** Where the application and the load are started; default the current folder. */
  readonly cwd?: string;
}

/** How a recorded run ended. */
export interface RunEnd extends ProcessEnd {
  /** `app` when nobody had asked it to end. */
  readonly endedBy: 'app' | 'leakwatch' | 'signal';
  /** False when no Node.js process has left a recording. */
  readonly recorded: boolean;
}

/**
 * Runs the application under the agent, with snapshots at the right moments, and returns when it has ended.
 * @throws LeakwatchError COMMAND_NOT_FOUND, COMMAND_NOT_STARTED, NEVER_LISTENED, NEVER_READY, LOAD_FAILED; the
 * application has ended then, too
 */
export async function recordRun(options: RunOptions, progress: RunProgress): Promise<RunEnd> {
  const app = await startApp(options.command, agentEnvironment(options), options);
  const observer = new RunObserver(options.runFolder);
  const interruption = passSignalsTo(app, options.inTerminal);
  const gone = new AbortController();
  void app.ended.then(() => gone.abort());
  const over = AbortSignal.any([interruption.signal, gone.signal]);
  const measuring = setInterval(() => {
    void observer.refresh().then(() => progress.measure(observer.application[0]));
  }, MEASURE_MS);
  try {
    await workAndSettle({ options, app, observer, progress, over });
    if (app.end !== null) await sleep(SAME_KEYSTROKE_MS);
    const endedBy = interruption.signal.aborted ? 'signal' : app.end !== null ? 'app' : 'leakwatch';
    if (endedBy === 'signal') await pause(OWN_END_MS, gone.signal);
    if (app.end === null) await stopApp(app, observer);
    const end = await app.ended;
    await observer.refresh();
    return { ...end, endedBy, recorded: observer.threads.length > 0 };
  } catch (error) {
    await stopApp(app, observer);
    throw error;
  } finally {
    clearInterval(measuring);
    interruption.release();
    app.endRest();
    await observer.close();
  }
}

interface Run {
  readonly options: RunOptions;
  readonly app: AppProcess;
  readonly observer: RunObserver;
  readonly progress: RunProgress;
  /** Aborted when the application has ended or is about to. */
  readonly over: AbortSignal;
}

async function workAndSettle(run: Run): Promise<void> {
  await (run.options.load === null ? workAlone(run) : workUnderLoad(run, run.options.load));
  if (run.over.aborted) return;
  run.progress.settling(run.options.settleMs);
  await pause(run.options.settleMs, run.over);
  await takeSnapshots(run, 'final');
}

async function workAlone(run: Run): Promise<void> {
  const { ready } = run.options;
  const begun = ready === undefined ? await started(run) : await listening(run);
  if (begun === undefined) return;
  run.progress.working({ port: null, load: null });
  await takePlannedSnapshots(run, run.over);
}

async function workUnderLoad(run: Run, command: string): Promise<void> {
  const { options, over, progress } = run;
  const port = await listening(run);
  if (port === undefined) return;
  progress.working({ port, load: command });
  const logFile = join(options.runFolder, 'load.log');
  const { env, cwd = process.cwd() } = options;
  const load = startLoad({ command, port, logFile, repeat: options.durationMs !== null, env, cwd });
  const enough = new AbortController();
  void load.over.then(() => enough.abort());
  await takePlannedSnapshots(run, AbortSignal.any([over, enough.signal]));
  await load.stop();
  const failure = await load.over;
  if (failure !== null && !over.aborted) throw new LeakwatchError('LOAD_FAILED', failure);
}

/** The first thread that records; undefined when the run is over before. */
async function started(run: Run): Promise<unknown> {
  const first = await within(run, () => run.observer.application[0]);
  if (first === undefined && !run.over.aborted) throw neverRecorded(run);
  return run.over.aborted ? undefined : first;
}

/** The port, once the application listens on it and is ready; undefined when the run is over before. */
async function listening(run: Run): Promise<number | undefined> {
  const port = await within(run, () => run.observer.port ?? undefined);
  if (run.over.aborted) return undefined;
  if (port === undefined) throw run.observer.application.length > 0 ? neverListened(run) : neverRecorded(run);
  await becomesReady(run, port);
  return run.over.aborted ? undefined : port;
}

async function becomesReady({ options, over }: Run, port: number): Promise<void> {
  if (options.ready === undefined) return;
  const url = withPort(options.ready, port);
  const limit = limitTime(over, options.listenTimeoutMs);
  try {
    if ((await untilReady(url, limit.signal)) || over.aborted) return;
  } finally {
    limit.clear();
  }
  const waited = formatDuration(options.listenTimeoutMs);
  throw new LeakwatchError(
    'NEVER_READY',
    `The application was not ready within ${waited}: ${url} did not answer well.`,
  );
}

/**
 * Takes snapshots until the planned work is done or `enough` is aborted; one that has begun is waited for. The clock of
 * the work stands still together with the application, while a snapshot is taken, and goes on with it, while a copy takes it.
 */
async function takePlannedSnapshots(run: Run, enough: AbortSignal): Promise<void> {
  const { windowsMs, lastWindowMs } = snapshotPlan(
    run.options.durationMs,
    run.options.warmupMs,
    run.options.rounds,
  );
  let workedMs = 0;
  for (const windowMs of windowsMs) {
    await pause(Math.max(0, windowMs - workedMs), enough);
    if (enough.aborted) return;
    workedMs = await takeSnapshots(run, run.progress.snapshots === 0 ? 'baseline' : 'schedule');
  }
  await pause(Math.max(0, lastWindowMs - workedMs), enough);
}

/** Answers for how long the application has worked meanwhile, which it does while copies of it write. */
async function takeSnapshots({ observer, progress, over }: Run, reason: SnapshotReason): Promise<number> {
  await observer.refresh();
  const subjects = observer.chooseSubjects();
  let workedMs = 0;
  for (const subject of subjects) {
    if (over.aborted) break;
    progress.snapshotStarted();
    const answer = await snapshotOf(observer, subject, { reason, signal: over });
    if (answer === 'silent') subject.giveUp();
    if (typeof answer === 'object' && answer.mode === 'fork') workedMs += answer.tookMs ?? 0;
    progress.snapshotEnded(answer, subjects.length > 1 ? `of ${subject.id}` : '');
  }
  return workedMs;
}

/** What `find` answers before the time for starting is up, or undefined. */
async function within<Answer>(
  { observer, over, options }: Run,
  find: () => Answer | undefined,
): Promise<Answer | undefined> {
  const limit = limitTime(over, options.listenTimeoutMs);
  try {
    return await observer.until(find, limit.signal);
  } finally {
    limit.clear();
  }
}

function neverListened({ options }: Run): LeakwatchError {
  const waited = formatDuration(options.listenTimeoutMs);
  return new LeakwatchError(
    'NEVER_LISTENED',
    `The application did not listen on a port within ${waited}, so the load was not started.`,
  );
}

function neverRecorded({ options }: Run): LeakwatchError {
  const waited = formatDuration(options.listenTimeoutMs);
  return new LeakwatchError(
    'NEVER_RECORDED',
    `No Node.js process has loaded the agent within ${waited}; does \`${options.command[0]}\` start Node, and leave NODE_OPTIONS alone?`,
  );
}
