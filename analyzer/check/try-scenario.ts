import { LeakwatchError } from '../error.ts';
import type { Finding, Report } from '../report.ts';
import { sum } from '../series/trend.ts';
import { askProcess } from './ask-process.ts';
import { pauseMs } from './clock.ts';
import { fullCollection, settledHeapBytes } from './heap-gauge.ts';
import { growthOf, laterGrowth, MILESTONES } from './heap-growth.ts';
import type { Growth } from './heap-growth.ts';
import { loadedTexts } from './loaded-texts.ts';
import { blamesRunner, isLeakwatchs } from './runners.ts';
import { paceOf, repeat } from './scenario.ts';
import type { Pace, Scenario } from './scenario.ts';
import { snapshotSeries } from './snapshot-series.ts';
import type { SnapshotSeries } from './snapshot-series.ts';

/** How a scenario is tried. */
export interface TrialOptions {
  /** Iterations before the heap is first measured. */
  readonly warmupIterations: number;
  /** Milliseconds a round of iterations may take. */
  readonly timeoutMs: number;
  /** Milliseconds of rest before the heap is measured, for what goes on after an iteration has ended. */
  readonly settleMs: number;
  /** Where the snapshots of a leak are kept; null deletes them. */
  readonly snapshotFolder: string | null;
}

/** What a scenario was found to leave behind. */
export interface Trial {
  readonly iterations: number;
  /** Of the heap's growth; about 0 without a leak. */
  readonly bytesPerIteration: number;
  /** Of all leaks together; 0 without one. */
  readonly objectsPerIteration: number;
  /** Null when it leaves nothing behind. */
  readonly leak: Report | null;
  /** The snapshots that were kept. */
  readonly snapshots: readonly string[];
}

/**
 * Runs the scenario over rounds of work; when the heap climbs with the work, takes snapshots and judges them.
 * @throws LeakwatchError SCENARIO_THREW, SCENARIO_HANGS, RUNNER_GROWS, UNDECIDED, NO_COLLECTION
 */
export async function tryScenario(scenario: Scenario, options: TrialOptions): Promise<Trial> {
  await rehearse();
  const trial = new Running(scenario, options);
  await work(trial, options.warmupIterations);
  const pace = await paceOf(scenario, options.timeoutMs);
  trial.iterations += pace.spent;
  const first = await heapOver(MILESTONES.length, trial, pace);
  const growth = growthOf(first, pace.iterations);
  if (!growth.isClimbing && !growth.isUnclear) return clean(trial, growth, pace);
  const second = await heapOver(MILESTONES.length, trial, { ...pace, spent: 0 });
  const later = growth.isClimbing
    ? laterGrowth(second, { heapBytes: first, iterationsPerRound: pace.iterations, growth })
    : growthOf(second, pace.iterations);
  return later.isClimbing ? caught(trial, pace, later) : clean(trial, later, pace);
}

/** With snapshots, which are kept of a leak alone. */
async function caught(trial: Running, pace: Pace, growth: Growth): Promise<Trial> {
  const { snapshotFolder } = trial.options;
  const series = await snapshotSeries(snapshotFolder);
  let isKept = false;
  try {
    const result = await lookCloser(trial, pace, growth, series);
    isKept = result.leak !== null && snapshotFolder !== null;
    return isKept ? { ...result, snapshots: series.files } : result;
  } finally {
    if (!isKept) await series.remove();
  }
}

const REHEARSALS = 50;
const REHEARSED = 3; // iterations

/** Lets the engine compile what measures, repeats and judges, which else shows as some ten kilobytes now and then. */
async function rehearse(): Promise<void> {
  for (let count = 0; count < REHEARSALS; count++) {
    await repeat(() => {}, REHEARSED, LONG_ENOUGH_MS);
    await settledHeapBytes(() => {});
    const growth = growthOf(MILESTONES, REHEARSED);
    laterGrowth(MILESTONES, { heapBytes: MILESTONES, iterationsPerRound: REHEARSED, growth });
  }
}

const LONG_ENOUGH_MS = 60_000;

/** A class, so that a path which leads through it is known to begin with leakwatch itself. */
class Running {
  readonly scenario: Scenario;
  readonly options: TrialOptions;
  readonly heapBytes: () => Promise<number>;
  /** So far. */
  iterations = 0;

  constructor(scenario: Scenario, options: TrialOptions) {
    const collect = fullCollection();
    this.scenario = scenario;
    this.options = options;
    this.heapBytes = async () => {
      if (options.settleMs > 0) await pauseMs(options.settleMs);
      const bytes = await settledHeapBytes(collect);
      if (bytes !== null) return bytes;
      throw new LeakwatchError(
        'NO_COLLECTION',
        'V8 collected no garbage when it was asked to: was `gc` replaced?',
      );
    };
  }
}

async function work(trial: Running, count: number): Promise<void> {
  await repeat(trial.scenario, count, trial.options.timeoutMs);
  trial.iterations += count;
}

/**
 * Bytes in use after each of so many rounds. The first one is what is left of it: the work then doubles from milestone to
 * milestone, and so do tables.
 */
async function heapOver(rounds: number, trial: Running, { iterations, spent }: Pace): Promise<number[]> {
  const measured: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await work(trial, round === 1 ? Math.max(0, iterations - spent) : iterations);
    measured.push(await trial.heapBytes());
  }
  return measured;
}

function clean({ iterations }: Running, growth: Growth, pace: Pace): Trial {
  const bytesPerIteration = Math.max(0, growth.bytesPerRound / pace.iterations);
  return { iterations, bytesPerIteration, objectsPerIteration: 0, leak: null, snapshots: [] };
}

const QUICK_ROUND_MS = 20;
const DOUBLING = [16, 32, 64]; // after sixteen rounds
const EQUAL = [16, 16, 16];
const SHORT = [8, 8, 8];
const LEAST_OBJECT_BYTES = 24; // with the reference to it
const LARGE_HEAP_BYTES = 40_000_000; // of which each snapshot takes seconds: three have to do
const MOST_GROWTH_BYTES = 1_500_000; // more only makes the snapshots larger

/**
 * Iterations in each window between two snapshots. Doubling the work makes every table outgrow itself in each window.
 * A slow scenario has no time for that: it outgrows itself twice. Whole objects are counted one by one.
 */
function windowsFor({ iterations, roundMs }: Pace, growth: Growth, heapBytes: number): readonly number[] {
  const leavesObjects = growth.bytesPerRound / iterations >= LEAST_OBJECT_BYTES;
  const planned = roundMs < QUICK_ROUND_MS ? DOUBLING : leavesObjects ? SHORT : EQUAL;
  const rounds = heapBytes < LARGE_HEAP_BYTES ? planned : planned.slice(0, 2);
  const share = Math.min(1, MOST_GROWTH_BYTES / (growth.bytesPerRound * sum(rounds)));
  return rounds.map((count) => Math.max(1, Math.round(count * iterations * share)));
}

async function lookCloser(
  trial: Running,
  pace: Pace,
  growth: Growth,
  series: SnapshotSeries,
): Promise<Trial> {
  const windows = windowsFor(pace, growth, await trial.heapBytes());
  const iterationsBefore = trial.iterations;
  const measured: number[] = [];
  await series.take(trial.iterations);
  for (const iterations of windows) {
    await work(trial, iterations);
    measured.push(await trial.heapBytes());
    await series.take(trial.iterations);
  }
  const report = await askProcess<Report>(
    'judge-process.js',
    [process.cwd(), ...series.files],
    loadedTexts(),
  );
  const iterations = trial.iterations - iterationsBefore;
  return conclude(report, { trial, iterations, bytesPerIteration: bytesLeft(measured, windows) });
}

/** By an iteration. The first window also brings back what the first snapshot had let go of the engine's own. */
function bytesLeft(measured: readonly number[], windows: readonly number[]): number {
  return Math.max(0, (measured[measured.length - 1] - measured[0]) / sum(windows.slice(1)));
}

interface Measured {
  readonly trial: Running;
  /** Between the first and the last snapshot. */
  readonly iterations: number;
  readonly bytesPerIteration: number;
}

function conclude(report: Report, { trial, iterations, bytesPerIteration }: Measured): Trial {
  const found = { iterations: trial.iterations, bytesPerIteration, objectsPerIteration: 0, snapshots: [] };
  if (report.verdict === 'unknown') throw new LeakwatchError('UNDECIDED', report.headline);
  if (report.verdict === 'clean') return { ...found, leak: null };
  const findings = report.findings.filter((finding) => !blamesRunner(finding));
  const perIteration = (finding: Finding) => gained(finding.growth.objects) / iterations;
  if (findings.every(({ confidence }) => confidence.level === 'low')) {
    const [runners] = report.findings.filter(blamesRunner);
    if (runners === undefined || perIteration(runners) < IN_STEP) return { ...found, leak: null };
    throw new LeakwatchError(
      'RUNNER_GROWS',
      `What grows is held by the test runner and not by the scenario, which cannot be judged by that: ${runners.title}.`,
    );
  }
  return {
    ...found,
    objectsPerIteration: sum(findings.map(perIteration)),
    leak: { ...report, findings: findings.map(ofScenario), headline: headlineOf(findings) },
  };
}

const IN_STEP = 0.5; // objects per iteration; what a runner gathers by itself comes with time, not with the iterations

const gained = (series: readonly number[]) => Math.max(0, series[series.length - 1] - series[0]);

/**
 * Iterations follow each other as fast as they can: what they bring per minute says nothing. Nor does it say anything
 * that leakwatch holds the scenario while it tries it.
 */
function ofScenario(finding: Finding): Finding {
  const { growth, trace } = finding;
  const own = trace.findLastIndex(({ location }) => location !== null && isLeakwatchs(location.file));
  return {
    ...finding,
    growth: { ...growth, objectsPerMinute: null, bytesPerMinute: null },
    trace: trace.slice(own + 1),
  };
}

function headlineOf(findings: readonly Finding[]): string {
  const more = findings.length === 1 ? '' : `, and ${findings.length - 1} more`;
  return `${findings[0].title}${more}.`;
}
