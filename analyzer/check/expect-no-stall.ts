import { checkedNumbers } from './options.ts';
import { inSource, longestBlock } from './longest-block.ts';
import type { Block, RunningBlock } from './longest-block.ts';
import { checkedScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { StallError } from './stall-error.ts';

/** How long a scenario may keep the event loop. */
export interface StallOptions {
  /** Milliseconds between two turns of the event loop; default 50. */
  readonly budgetMs?: number;
  /** Milliseconds a run may take; default 30,000. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { budgetMs: 50, timeoutMs: 30_000 };
const RUNS = 5;

/**
 * Passes when the scenario leaves the event loop alone often enough. What happens the first time only (a module is
 * loaded, code is compiled) and what a busy machine does to a single run do not count: it fails when every one of five
 * runs has a block over the budget, and names the function of the shortest of them.
 * @throws StallError; LeakwatchError when the scenario throws or hangs, or an option is unknown
 */
export async function expectNoStall(scenario: Scenario, options: StallOptions = {}): Promise<void> {
  const { budgetMs, timeoutMs } = { ...DEFAULTS, ...checkedNumbers(options, Object.keys(DEFAULTS)) };
  const block = await usualBlock(checkedScenario(scenario), { budgetMs, timeoutMs });
  if (block.durationMs > budgetMs) throw new StallError(block, budgetMs, expectNoStall);
}

/**
 * The longest block of the run in which it was shortest; of the first run that keeps to the budget. It is told by an early
 * run that took about as long: V8 may since have put a function into its caller, where no profiler sees it.
 */
export async function usualBlock(
  scenario: Scenario,
  { budgetMs, timeoutMs }: Required<StallOptions>,
): Promise<Block> {
  const blocks: RunningBlock[] = [];
  for (let run = 0; run < RUNS; run++) {
    const block = await longestBlock(scenario, timeoutMs);
    blocks.push(block);
    if (block.durationMs <= budgetMs) return inSource({ ...block, culprit: null }, process.cwd());
  }
  const durationMs = Math.min(...blocks.map((block) => block.durationMs));
  const told = blocks.find((block) => block.durationMs <= durationMs * ABOUT_AS_LONG)!;
  return inSource({ ...told, durationMs }, process.cwd());
}

const ABOUT_AS_LONG = 1.5;
