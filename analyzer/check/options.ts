import { LeakwatchError } from '../error.ts';
import type { TrialOptions } from './try-scenario.ts';

/** How a scenario is tried. */
export interface CheckOptions {
  /** Iterations before the heap is first measured, for caches that take long to fill up; default: none beside the calibration. */
  readonly warmupIterations?: number;
  /** Milliseconds a round of iterations may take; default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds of rest before the heap is measured, for what goes on after an iteration has ended; default 0. */
  readonly settleMs?: number;
}

const DEFAULTS = { warmupIterations: 0, timeoutMs: 30_000, settleMs: 0 };

/** @throws LeakwatchError BAD_OPTION for a name that is none, and for what is no number of at least 0 */
export function trialOptions(options: CheckOptions): TrialOptions {
  return { ...DEFAULTS, ...checkedNumbers(options, Object.keys(DEFAULTS)), snapshotFolder: null };
}

/** @throws LeakwatchError BAD_OPTION */
export function checkedNumbers<Options extends object>(options: Options, names: readonly string[]): Options {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name))
      throw new LeakwatchError('BAD_OPTION', `There is no option "${name}"; there are ${names.join(', ')}.`);
    if (typeof value !== 'number' || !(value >= 0))
      throw new LeakwatchError(
        'BAD_OPTION',
        `"${name}" is a number of at least 0; this is ${String(value)}.`,
      );
  }
  return options;
}
