import { existsSync, mkdirSync, readFileSync } from 'node:fs';
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
import { andSaid, OUTPUT_FILE } from './last-words.ts';
import { inRounds, measured, measuresOf } from './measured.ts';
import type { Tried } from './measured.ts';
import { perIteration } from './per-iteration.ts';
import { budgetProblems, leakProblems, stallProblem } from './problems.ts';

const DEFAULTS = { rounds: 3, round: '20s', warmup: '10s', settle: '3s', startTimeout: '60s' };

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
 * @throws LeakwatchError when it does not start, become ready or last, the load fails or reaches nothing, or the snapshots
 * cannot tell
 */
export async function runService(task: ServiceTask): Promise<Tried> {
  const { scenario, folder, root, terminal } = task;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { rounds, round, warmup, settle, startTimeout } = { ...DEFAULTS, ...scenario };
  const warmupMs = parseDuration(warmup);
  const end = await recordRun(
    {
      command: wordsOf(scenario.start),
      runFolder: folder,
      load: scenario.load ?? null,
      durationMs: warmupMs + rounds * parseDuration(round),
      warmupMs,
      settleMs: parseDuration(settle),
      listenTimeoutMs: parseDuration(startTimeout),
      ...(scenario.ready === undefined ? {} : { ready: scenario.ready }),
      env: { ...process.env, ...scenario.env },
      inTerminal: false, // it has a process group of its own
      rounds,
      outputFile: join(folder, OUTPUT_FILE),
      cwd: root,
    },
    new RunProgress(terminal),
  );
  if (end.endedBy === 'app')
    throw new LeakwatchError(
      'APP_ENDED',
      `The application ended by itself (${describeEnd(end)})${lastWords(folder)}.`,
    );
  if (end.endedBy === 'signal') throw new LeakwatchError('INTERRUPTED', 'The check was interrupted.');
  return judged(task);
}

/** What an application that has ended said last: its error, or else its last line. */
function lastWords(folder: string): string {
  const file = join(folder, OUTPUT_FILE);
  const said = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const told = lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
  return andSaid(told?.trim());
}

async function judged({ scenario, budgets, folder, root }: ServiceTask): Promise<Tried> {
  const recordings = (await readRun(folder)).map(({ recording }) => recording);
  if (scenario.load !== undefined && scenario.ready !== undefined && !isReached(recordings))
    throw notReached();
  const report = await analyzeRun(folder, { root });
  if (report.verdict === 'unknown') throw new LeakwatchError('UNDECIDED', report.headline);
  const measures: Measures = {
    ...measured({ heapFloorMB: report.snapshots[report.snapshots.length - 1].heapBytes / 1e6 }),
    ...measuresOf(recordings),
    ...measured(perIteration(report, scenario.iterations)),
  };
  const block = longestStall(recordings, root);
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

/** Whether an application that answers over HTTP was asked anything in the rounds, as far as those can be told. */
function isReached(recordings: readonly Recording[]): boolean {
  const samples = recordings.flatMap((recording) => {
    const all = inRounds(recording).filter((entry) => entry.type === 'sample');
    return all.slice(1); // the first one also tells of the warm-up
  });
  return samples.length === 0 || samples.some(({ requests }) => requests !== undefined);
}

const notReached = () =>
  new LeakwatchError(
    'NOT_REACHED',
    'The load sent the application no request in the rounds, so that nothing was tried.',
  );

function longestStall(recordings: readonly Recording[], root: string): Block | null {
  const stalls = recordings.flatMap((recording) =>
    inRounds(recording).filter((entry): entry is Stall => entry.type === 'stall'),
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
