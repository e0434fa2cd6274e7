import { join } from 'node:path';
import { LeakwatchError } from '../../analyzer/error.ts';
import { parseDuration } from '../duration.ts';
import type { Budgets } from './check-report.ts';
import type { FunctionScenario } from './config.ts';
import type { FunctionOrder, FunctionTrial } from './function-answer.ts';
import { measured } from './measured.ts';
import type { Tried } from './measured.ts';
import { answerOf } from './own-process.ts';
import { leakProblems, stallProblem } from './problems.ts';

const DEFAULT_TIMEOUT = '2m';

/** Where a scenario stands, and what it may use. */
export interface FunctionTask {
  readonly name: string;
  readonly scenario: Omit<FunctionScenario, 'run'>;
  readonly budgets: Budgets;
  readonly configFile: string;
  /** Where it runs, and what paths are shown relative to. */
  readonly root: string;
  /** For what is kept of it. */
  readonly folder: string;
}

/**
 * Tries a function in a process of its own.
 * @throws LeakwatchError when it cannot be told: it throws, hangs, ends the process or runs out of memory
 */
export async function runFunction(task: FunctionTask): Promise<Tried> {
  const { scenario, budgets } = task;
  const timeoutMs = parseDuration(scenario.timeout ?? DEFAULT_TIMEOUT);
  const order: FunctionOrder = {
    configFile: task.configFile,
    scenario: task.name,
    warmupIterations: scenario.warmupIterations ?? 0,
    settleMs: scenario.settle === undefined ? 0 : parseDuration(scenario.settle),
    timeoutMs,
    longestBlockMs: budgets.longestBlockMs ?? null,
    snapshotFolder: join(task.folder, 'snapshots'),
  };
  const { result: trial, fault } = await answerOf<FunctionTrial>({
    script: 'function-process.js',
    order,
    folder: task.folder,
    cwd: task.root,
    timeoutMs,
    subject: 'The scenario',
  });
  if (fault !== undefined) throw new LeakwatchError('SCENARIO', fault);
  const { bytesPerIteration, objectsPerIteration, leak, block } = trial;
  const measures = measured({ bytesPerIteration, objectsPerIteration, longestBlockMs: block?.durationMs });
  const stalls = block === null ? [] : stallProblem(block, budgets);
  return {
    measures,
    report: leak,
    recordings: [],
    problems: [...leakProblems(leak, measures, budgets), ...stalls],
    sentence: `${leak === null ? 'Left nothing behind' : 'Leaked'} over ${trial.iterations.toLocaleString('en-US')} iterations.`,
  };
}
