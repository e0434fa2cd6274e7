/** Run in a process of its own: tries one function of a config, which may do with the process what it likes. */
import { resolve } from 'node:path';
import { usualBlock } from '../../analyzer/check/expect-no-stall.ts';
import { checkedScenario } from '../../analyzer/check/scenario.ts';
import type { Scenario } from '../../analyzer/check/scenario.ts';
import { tryScenario } from '../../analyzer/check/try-scenario.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import type { FunctionOrder, FunctionTrial } from './function-answer.ts';
import { importModule, loadConfig } from './load-config.ts';
import { answer, faultOf, resultOf } from './own-process.ts';
import type { AnswerPlace } from './own-process.ts';

async function main(order: FunctionOrder & AnswerPlace): Promise<void> {
  answer(await trialOf(order).then(resultOf, faultOf), order);
}

async function trialOf(order: FunctionOrder): Promise<FunctionTrial> {
  const { warmupIterations, settleMs, timeoutMs, longestBlockMs, snapshotFolder } = order;
  const scenario = await scenarioOf(order);
  const { snapshots: _, ...trial } = await tryScenario(scenario, {
    warmupIterations,
    settleMs,
    timeoutMs,
    snapshotFolder,
  });
  // closing its profiler would renumber the heap's objects, so that this comes last
  const block =
    longestBlockMs === null ? null : await usualBlock(scenario, { budgetMs: longestBlockMs, timeoutMs });
  return { ...trial, block };
}

async function scenarioOf({ configFile, scenario }: FunctionOrder): Promise<Scenario> {
  const { config, folder } = await loadConfig(configFile);
  const entry = config.scenarios[scenario];
  const run = typeof entry === 'function' ? entry : 'run' in entry ? entry.run : null;
  return checkedScenario(typeof run === 'string' ? await exportOf(run, folder) : run);
}

/** `./checks/cart.js` is its default export, `./checks/cart.js#add` the one of that name. */
async function exportOf(path: string, folder: string): Promise<unknown> {
  const [file, name] = path.split('#');
  const module = await importModule(resolve(folder, file));
  if (name === undefined) return module;
  const named = (module as Readonly<Record<string, unknown>>)[name];
  if (named === undefined) throw new LeakwatchError('NO_SCENARIO', `${file} exports no "${name}".`);
  return named;
}

void main(JSON.parse(process.argv[2]) as FunctionOrder & AnswerPlace);
