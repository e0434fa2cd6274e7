/** leakwatch/test: assertions about memory and the event loop, for any test runner. */
import { LeakError } from './check/leak-error.ts';
import { trialOptions } from './check/options.ts';
import type { CheckOptions } from './check/options.ts';
import { checkedScenario } from './check/scenario.ts';
import type { Scenario } from './check/scenario.ts';
import { tryScenario } from './check/try-scenario.ts';

export { LeakError } from './check/leak-error.ts';
export { CollectableError } from './check/collectable-error.ts';
export { expectCollectable } from './check/expect-collectable.ts';
export { expectNoStall } from './check/expect-no-stall.ts';
export type { StallOptions } from './check/expect-no-stall.ts';
export type { CheckOptions } from './check/options.ts';
export type { Scenario } from './check/scenario.ts';
export { StallError } from './check/stall-error.ts';
export { LeakwatchError } from './error.ts';

/**
 * Passes when the scenario leaves nothing behind, however often it runs. Measures the heap over rounds of work; when it
 * climbs with the work, takes heap snapshots and fails with what is held, where, and how to fix it. Call it with nothing
 * else going on in the process.
 * @throws LeakError when it leaks; LeakwatchError when that cannot be told: the scenario throws or hangs, an option is
 * unknown, or what grows is the test runner's
 */
export async function expectNoLeak(scenario: Scenario, options: CheckOptions = {}): Promise<void> {
  const { leak, ...trial } = await tryScenario(checkedScenario(scenario), trialOptions(options));
  if (leak !== null) throw new LeakError({ ...trial, leak }, expectNoLeak);
}
