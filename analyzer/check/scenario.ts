import { readdirSync } from 'node:fs';
import { LeakwatchError } from '../error.ts';
import { nowMs, withinTime } from './clock.ts';

/** A piece of work that should leave nothing behind. What it returns is awaited and let go. */
export type Scenario = () => unknown;

const CALIBRATION_MS = 40; // half a round, so that with what came before it is no more than one
const ROUND_MS = 80; // eight of them, with the collections in between, take less than a second
const MOST_ITERATIONS = 1024; // in a round: enough to see a byte or two that each leaves, and few enough to analyze
const FEWEST_ITERATIONS = 3;
const WORTH_WAITING_FOR = 15; // iterations a round should have, to see a single listener that each leaves
const LONGEST_ROUND_MS = 200; // for that

const CLOCK_MS = 1e-6; // a scenario may need no time that a clock can see

/** What a scenario needs: how many iterations make a round, and how long that takes. */
export interface Pace {
  readonly iterations: number;
  readonly roundMs: number;
  /** Iterations that were run to find out. */
  readonly spent: number;
}

/**
 * Runs the scenario so many times, one after the other.
 * @throws LeakwatchError SCENARIO_THREW with the scenario's error as its cause, SCENARIO_HANGS after `timeoutMs`
 */
export async function repeat(scenario: Scenario, count: number, timeoutMs: number): Promise<void> {
  await withinTime(iterate(scenario, count), timeoutMs, () => hangs(timeoutMs));
}

/**
 * How many iterations make a round, found by running the scenario for a moment. Its fastest run counts: a busy machine
 * makes it slower at times, and never faster.
 */
export async function paceOf(scenario: Scenario, timeoutMs: number): Promise<Pace> {
  const filesBefore = openFiles();
  let spent = 0;
  let iterationMs = Infinity;
  for (let count = 1; ; count *= 2) {
    const startedAt = nowMs();
    await repeat(scenario, count, timeoutMs);
    spent += count;
    const elapsedMs = nowMs() - startedAt;
    const filesLeftOpen = openFiles() - filesBefore;
    if (count === 1) continue; // it also loads and compiles, which tells nothing of the others
    iterationMs = Math.min(iterationMs, elapsedMs / count);
    if (elapsedMs < CALIBRATION_MS && count < MOST_ITERATIONS / 2 && filesLeftOpen < ENOUGH_FILES) continue;
    const most = filesLeftOpen < ENOUGH_FILES ? MOST_ITERATIONS : (spent / filesLeftOpen) * FILES_PER_ROUND;
    const iterations = iterationsFor(iterationMs, most);
    return { iterations, roundMs: iterations * iterationMs, spent };
  }
}

const ENOUGH_FILES = 32; // to tell a scenario that leaves files or sockets open, long before the system has no more
const FILES_PER_ROUND = 16; // of some 40 rounds; a process may often open no more than 1024

/** Files, pipes and sockets that the process has open; 0 on a system that does not tell. */
function openFiles(): number {
  try {
    return readdirSync('/dev/fd').length;
  } catch {
    return 0;
  }
}

function iterationsFor(fastestMs: number, most: number): number {
  const iterationMs = Math.max(fastestMs, CLOCK_MS);
  const fitting = Math.round(ROUND_MS / iterationMs);
  const worthWaitingFor = Math.min(WORTH_WAITING_FOR, Math.floor(LONGEST_ROUND_MS / iterationMs));
  return Math.round(
    Math.max(FEWEST_ITERATIONS, Math.min(most, MOST_ITERATIONS, Math.max(fitting, worthWaitingFor))),
  );
}

/**
 * A scenario that is one.
 * @throws LeakwatchError NO_SCENARIO for what is no function, and for a function without a body, which would always pass
 */
export function checkedScenario(value: unknown): Scenario {
  if (typeof value !== 'function')
    throw new LeakwatchError('NO_SCENARIO', `A scenario is a function; this is ${kindOf(value)}.`);
  if (isEmpty(value as Scenario))
    throw new LeakwatchError(
      'NO_SCENARIO',
      'The scenario is an empty function: it does nothing that could leak.',
    );
  return value as Scenario;
}

const kindOf = (value: unknown) => (value === null ? 'null' : `of type ${typeof value}`);

const COMMENTS = /\/\*[^]*?\*\/|\/\/.*/g;
const EMPTY_BODY =
  /^(?:async\s*)?(?:function\b\s*\*?\s*[\w$]*\s*|[\w$]+\s*)?\([^)]*\)\s*(?:=>)?\s*\{[\s;]*\}$/;

const isEmpty = (scenario: Scenario) =>
  EMPTY_BODY.test(Function.prototype.toString.call(scenario).replaceAll(COMMENTS, '').trim());

async function iterate(scenario: Scenario, count: number): Promise<void> {
  for (let iteration = 1; iteration <= count; iteration++) {
    try {
      await scenario();
    } catch (error) {
      throw threw(error);
    }
  }
}

function threw(error: unknown): LeakwatchError {
  return new LeakwatchError('SCENARIO_THREW', `The scenario threw: ${messageOf(error)}`, { cause: error });
}

/** What an error says; not by `instanceof`, since it may come from another realm. */
export function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error);
}

function hangs(timeoutMs: number): LeakwatchError {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new LeakwatchError('SCENARIO_HANGS', `The scenario did not come to its end within ${seconds} s.`);
}
