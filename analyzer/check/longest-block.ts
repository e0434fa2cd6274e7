import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';
import type { StackFrame, StallCategory } from '../../agent/recording.ts';
import { culpritOf, within } from '../../agent/stalls/culprit.ts';
import type { SourceLocation } from '../report.ts';
import { locator } from '../source/locate.ts';
import { nextTurn } from './clock.ts';
import { loadedTexts } from './loaded-texts.ts';
import { repeat } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** The longest time in which the event loop did not come round, and what took it. */
export interface Block {
  readonly durationMs: number;
  readonly category: StallCategory;
  /** `parseAll`; empty for an anonymous function, null when nothing of the application was met. */
  readonly functionName: string | null;
  readonly location: SourceLocation | null;
  /** Innermost first. */
  readonly stack: readonly StackFrame[];
}

const SAMPLING_MICROS = 500;

/** The same in the places of the code that runs, which something may have compiled. */
export interface RunningBlock extends Omit<Block, 'functionName' | 'location'> {
  readonly culprit: StackFrame | null;
}

/**
 * Runs the scenario once under a CPU profile, with a look at the clock in every turn of the event loop.
 * @throws LeakwatchError SCENARIO_THREW, SCENARIO_HANGS
 */
export async function longestBlock(scenario: Scenario, timeoutMs: number): Promise<RunningBlock> {
  const profiler = startProfiler();
  const turns = watchTurns();
  try {
    await turns.begun;
    await repeat(scenario, 1, timeoutMs);
    await nextTurn();
  } finally {
    turns.stop();
  }
  const window = turns.longest();
  const profile = await profiler.stop();
  const { category, culprit, stack } = culpritOf(within(profile, window), [], sourceReader());
  return {
    durationMs: (window.toMicros - window.fromMicros) / 1000,
    category,
    culprit,
    stack,
  };
}

/**
 * As its people have written it.
 * @param root the folder that files are shown relative to
 */
export function inSource({ culprit, stack, ...block }: RunningBlock, root: string): Block {
  if (culprit === null) return { ...block, stack, functionName: null, location: null };
  const { toSource } = locator(root, [], loadedTexts());
  return {
    ...block,
    functionName: culprit.functionName,
    location: toSource(culprit.file, culprit.line, 1),
    stack: stack.map((frame) => ({ ...frame, line: toSource(frame.file, frame.line, 1).line })),
  };
}

interface Turns {
  readonly begun: Promise<void>;
  longest(): { readonly fromMicros: number; readonly toMicros: number };
  stop(): void;
}

/** Comes round as often as the event loop can: a gap is a block. */
function watchTurns(): Turns {
  const over = new AbortController();
  let lastMicros = Infinity;
  let longest = { fromMicros: 0, toMicros: 0 };
  const look = () => {
    const micros = nowMicros();
    if (micros - lastMicros > longest.toMicros - longest.fromMicros)
      longest = { fromMicros: lastMicros, toMicros: micros };
    lastMicros = micros;
  };
  const turn = async () => {
    while (!over.signal.aborted) {
      look();
      await nextTurn();
    }
  };
  const turning = nextTurn().then(turn);
  void turning;
  return { begun: nextTurn().then(nextTurn), longest: () => longest, stop: () => over.abort() };
}

/** The clock of V8's profiles. */
const nowMicros = () => Number(process.hrtime.bigint() / 1000n);

function startProfiler(): { stop(): Promise<Profiler.Profile> } {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
  session.post('Profiler.start');
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        session.post('Profiler.stop', (error, result) => (error ? reject(error) : resolve(result.profile)));
        session.disconnect();
      }),
  };
}

/** Lines of source files, each file read once. */
function sourceReader(): (file: string, line: number) => string {
  const files = new Map<string, readonly string[]>();
  return (file, line) => {
    if (!files.has(file)) files.set(file, linesOf(file));
    return files.get(file)?.[line - 1] ?? '';
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // evaluated, or no longer there
  }
}
