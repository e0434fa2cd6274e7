import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { analyzeRun, LeakwatchError, readRun } from '../../analyzer/index.ts';
import { locator } from '../../analyzer/source/locate.ts';
import type { Recording, Stall } from '../../agent/recording.ts';
import type { Block } from '../../analyzer/check/longest-block.ts';
import { parseDuration } from '../duration.ts';
import { describeEnd } from '../run/app-process.ts';
import { recordRun } from '../run/record-run.ts';
import { RunProgress } from '../run/run-progress.ts';
import { wordsOf } from './command-words.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Budgets, Measures } from './check-report.ts';
import type { ServiceScenario } from './config.ts';
import { measured, measuresOf } from './measured.ts';
import type { Tried } from './measured.ts';
import { perIteration } from './per-iteration.ts';
import { budgetProblems, leakProblems, stallProblem } from './problems.ts';

const DEFAULTS = { rounds: 3, round: '20s', warmup: '10s', settle: '3s' };
const LISTEN_TIMEOUT_MS = 60_000;

/** An application to put under load. */
export interface ServiceTask {
  readonly scenario: ServiceScenario;
  readonly budgets: Budgets;
  /** What paths and commands are relative to. */
  readonly root: string;
  /** For what is kept of it. */
  readonly folder: string;
  readonly terminal: Terminal;
}

/**
 * Runs an application under load, in rounds with a snapshot between them.
 * @throws LeakwatchError when it does not start, listen or last, the load fails, or the snapshots cannot tell
 */
export async function runService(task: ServiceTask): Promise<Tried> {
  const { scenario, folder, terminal } = task;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { rounds, round, warmup, settle } = { ...DEFAULTS, ...scenario };
  const warmupMs = parseDuration(warmup);
  const end = await recordRun(
    {
      command: wordsOf(scenario.start),
      runFolder: folder,
      load: loadCommand(scenario),
      durationMs: warmupMs + rounds * parseDuration(round),
      warmupMs,
      settleMs: parseDuration(settle),
      listenTimeoutMs: LISTEN_TIMEOUT_MS,
      env: { ...process.env, ...scenario.env },
      inTerminal: Boolean(process.stdin.isTTY),
      rounds,
      outputFile: join(folder, 'output.log'),
    },
    new RunProgress(terminal),
  );
  if (end.endedBy === 'app')
    throw new LeakwatchError('APP_ENDED', `The application ended by itself (${describeEnd(end)}).`);
  if (end.endedBy === 'signal') throw new LeakwatchError('INTERRUPTED', 'The check was interrupted.');
  return judged(task, warmupMs);
}

async function judged({ scenario, budgets, folder, root }: ServiceTask, warmupMs: number): Promise<Tried> {
  const report = await analyzeRun(folder, { root });
  if (report.verdict === 'unknown') throw new LeakwatchError('UNDECIDED', report.headline);
  const recordings = (await readRun(folder)).map(({ recording }) => recording);
  const fromMs = workBegan(recordings) + warmupMs;
  const measures: Measures = {
    ...measuresOf(recordings, fromMs),
    ...measured(perIteration(report, scenario.iterations)),
  };
  const block = longestStall(recordings, fromMs, root);
  const stalls = block === null ? [] : stallProblem(block, budgets);
  const names = [
    'heapFloorMB',
    'loopP99Ms',
    'gcShare',
    ...(stalls.length > 0 ? [] : (['longestBlockMs'] as const)),
  ] as const;
  return {
    measures,
    report,
    recordings,
    problems: [
      ...leakProblems(report, measures, budgets),
      ...stalls,
      ...budgetProblems(measures, budgets, names),
    ],
    sentence: report.headline,
  };
}

/** Milliseconds from the start of a recording until something listened: loading an application is not its work. */
function workBegan(recordings: readonly Recording[]): number {
  const began = recordings.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.type === 'listening' ? [entry.atMs] : [])),
  );
  return began.length === 0 ? 0 : Math.min(...began);
}

function longestStall(recordings: readonly Recording[], fromMs: number, root: string): Block | null {
  const stalls = recordings.flatMap(({ entries }) =>
    entries.filter((entry): entry is Stall => entry.type === 'stall' && entry.atMs >= fromMs),
  );
  const [longest] = stalls
    .filter(({ culprit }) => culprit !== null)
    .toSorted((a, b) => b.durationMs - a.durationMs);
  if (longest === undefined) return null;
  const { durationMs, category, stack = [] } = longest;
  const culprit = longest.culprit!;
  const location = locator(root, []).toSource(culprit.file, culprit.line, 1);
  return { durationMs, category, functionName: culprit.functionName, location, stack };
}

/** Waits until the application is ready, and then begins the load. */
function loadCommand({ load, ready }: ServiceScenario): string | null {
  if (ready === undefined) return load ?? null;
  const wait = `"${process.execPath}" "${join(__dirname, 'wait-until-ready.js')}" "${ready}"`;
  return load === undefined ? wait : `${wait} && ${load}`;
}
