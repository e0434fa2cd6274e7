import { LeakwatchError } from '../../analyzer/error.ts';
import { parseDuration } from '../duration.ts';
import { nearest } from '../suggest.ts';
import type { CheckConfig } from './config.ts';

type Check = (value: unknown, where: string) => void;
type Fields = Readonly<Record<string, Check>>;

/**
 * The config, once every word in it is known to be one.
 * @throws LeakwatchError CONFIG that says where, what was found and what was expected
 */
export function checkedConfig(value: unknown, file: string): CheckConfig {
  const fault = (sentence: string) => new LeakwatchError('CONFIG', `${file}: ${sentence}`);
  try {
    object(CONFIG, ['scenarios'])(value, 'the config');
  } catch (error) {
    throw error instanceof Fault || error instanceof LeakwatchError ? fault(error.message) : error;
  }
  return value as CheckConfig;
}

class Fault extends Error {}

const string: Check = (value, where) => {
  if (typeof value !== 'string' || value === '') throw new Fault(`${where} has to be a text.`);
};

const amount: Check = (value, where) => {
  if (typeof value !== 'number' || !(value >= 0))
    throw new Fault(`${where} has to be a number of at least 0.`);
};

const duration: Check = (value, where) => {
  string(value, where);
  try {
    parseDuration(value as string);
  } catch (error) {
    throw new Fault(`${where}: ${(error as Error).message}`);
  }
};

const rounds: Check = (value, where) => {
  if (!Number.isInteger(value) || (value as number) < LEAST_ROUNDS)
    throw new Fault(
      `${where} has to be a whole number of at least ${LEAST_ROUNDS}; fewer cannot tell a leak.`,
    );
};

const LEAST_ROUNDS = 3;

const share: Check = (value, where) => {
  amount(value, where);
  if ((value as number) > 1) throw new Fault(`${where} is a share of the time, from 0 to 1.`);
};

const list: Check = (value, where) => {
  if (!Array.isArray(value) || value.length === 0) throw new Fault(`${where} has to be a list of texts.`);
  for (const [index, one] of value.entries()) string(one, `${where}[${index}]`);
};

const words: Check = (value, where) => (Array.isArray(value) ? list : string)(value, where);

const runnable: Check = (value, where) => {
  if (typeof value !== 'function' && (typeof value !== 'string' || value === ''))
    throw new Fault(`${where} has to be a function, or the path of a module that exports one.`);
};

const texts: Check = (value, where) => {
  for (const [name, one] of Object.entries(record(value, where))) string(one, `${where}.${name}`);
};

function object(fields: Fields, required: readonly string[] = []): Check {
  return (value, where) => {
    const names = Object.keys(fields);
    for (const [name, one] of Object.entries(record(value, where))) {
      if (!Object.hasOwn(fields, name)) throw new Fault(unknownWord(name, names, where));
      if (one !== undefined) fields[name](one, where === 'the config' ? name : `${where}.${name}`);
    }
    const missing = required.find((name) => record(value, where)[name] === undefined);
    if (missing !== undefined) throw new Fault(`${where} has no "${missing}".`);
  };
}

function unknownWord(name: string, names: readonly string[], where: string): string {
  const meant = nearest(name, names);
  const hint = meant === null ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`;
  return `${where} has an unknown "${name}"; ${hint}${meant === null ? '.' : ''}`;
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new Fault(`${where} has to be an object.`);
}

const PER_ITERATION: Fields = { bytesPerIteration: amount, objectsPerIteration: amount };
const OF_HEAP: Fields = { heapFloorMB: amount };
const OF_BLOCKS: Fields = { longestBlockMs: amount };
const OF_LOOP: Fields = { loopP99Ms: amount, gcShare: share };

/** A budget that nothing is measured for would be no budget: each kind of scenario has its own. */
const BUDGETS = object({ ...PER_ITERATION, ...OF_HEAP, ...OF_BLOCKS, ...OF_LOOP });

const FUNCTION = object({
  run: runnable,
  budgets: object({ ...PER_ITERATION, ...OF_BLOCKS }),
  warmupIterations: amount,
  settle: duration,
  timeout: duration,
});

const SERVICE = object({
  start: words,
  ready: string,
  load: string,
  rounds,
  round: duration,
  warmup: duration,
  settle: duration,
  startTimeout: duration,
  env: texts,
  iterations: amount,
  budgets: BUDGETS,
});

const SNAPSHOTS = object({
  snapshots: list,
  iterations: amount,
  budgets: object({ ...PER_ITERATION, ...OF_HEAP }),
});

const scenario: Check = (value, where) => {
  if (typeof value === 'function') return;
  const fields = record(value, where);
  if ('run' in fields) FUNCTION(value, where);
  else if ('start' in fields) SERVICE(value, where);
  else if ('snapshots' in fields) SNAPSHOTS(value, where);
  else throw new Fault(`${where} needs "run" (a function), "start" (a command) or "snapshots" (files).`);
};

const scenarios: Check = (value, where) => {
  const all = Object.entries(record(value, where));
  if (all.length === 0) throw new Fault(`${where} is empty: there is nothing to check.`);
  for (const [name, one] of all) scenario(one, `scenario "${name}"`);
};

const CONFIG: Fields = {
  scenarios,
  budgets: BUDGETS,
  baseline: string,
  artifacts: object({ folder: string, maxMegabytes: amount }),
};
