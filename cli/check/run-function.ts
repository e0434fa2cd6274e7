import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LeakwatchError } from '../../analyzer/error.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import type { ProcessEnd } from '../run/app-process.ts';
import { describeEnd } from '../run/app-process.ts';
import type { Budgets } from './check-report.ts';
import type { FunctionScenario } from './config.ts';
import type { FunctionAnswer, FunctionOrder } from './function-answer.ts';
import { measured } from './measured.ts';
import type { Tried } from './measured.ts';
import { leakProblems, stallProblem } from './problems.ts';

const DEFAULT_TIMEOUT = '2m';
const QUOTED_CHARACTERS = 300;

/** Where a scenario stands, and what it may use. */
export interface FunctionTask {
  readonly name: string;
  readonly scenario: Omit<FunctionScenario, 'run'>;
  readonly budgets: Budgets;
  readonly configFile: string;
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
    answerFile: join(task.folder, 'answer.json'),
  };
  const { trial, fault } = await answerOf(order);
  if (!trial) throw new LeakwatchError('SCENARIO', fault ?? 'The scenario gave no answer.');
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

async function answerOf(order: FunctionOrder): Promise<FunctionAnswer> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(__dirname, 'function-process.js'), JSON.stringify(order)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let isLate = false;
  const limit = setTimeout(() => (isLate = child.kill('SIGKILL')), order.timeoutMs);
  const [said, [exitCode, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  clearTimeout(limit);
  if (existsSync(order.answerFile)) return takeAnswer(order.answerFile);
  if (isLate)
    return { fault: `The scenario did not come to its end within ${formatDuration(order.timeoutMs)}.` };
  return { fault: whyItEnded({ exitCode, signal }, said) };
}

function takeAnswer(file: string): FunctionAnswer {
  const answer = JSON.parse(readFileSync(file, 'utf8')) as FunctionAnswer;
  rmSync(file);
  return answer;
}

function whyItEnded(end: ProcessEnd, said: string): string {
  if (/heap out of memory|Allocation failed/.test(said))
    return "The scenario needs more memory than V8's heap may have; --max-old-space-size in NODE_OPTIONS raises the limit.";
  const error = /^(?:\w*Error\b.*|Uncaught .*)$/m.exec(said)?.[0].slice(0, QUOTED_CHARACTERS);
  const quoted = error === undefined ? '' : `, and said: ${error}`;
  return `The scenario ended the process (${describeEnd(end)})${quoted}.`;
}
