/**
 * leakwatch/test/matchers: for runners with `expect.extend`, which are jest and vitest.
 *
 *     expect.extend(matchers);
 *     await expect(() => handle(request)).not.toLeak();
 *     await expect(() => parse(feed)).not.toStall({ budgetMs: 20 });
 *     await expect(session).toBeCollectable();
 */
import { expectNoLeak } from '../check.ts';
import { CollectableError } from './collectable-error.ts';
import { expectCollectable } from './expect-collectable.ts';
import { expectNoStall } from './expect-no-stall.ts';
import type { StallOptions } from './expect-no-stall.ts';
import { LeakError } from './leak-error.ts';
import type { CheckOptions } from './options.ts';
import type { Scenario } from './scenario.ts';
import { StallError } from './stall-error.ts';

/** What a matcher tells its runner. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * What `expect` gains, for a project's types: `declare module 'vitest' { interface Matchers extends LeakwatchMatchers {} }`,
 * and likewise `declare global { namespace jest { interface Matchers<R> extends LeakwatchMatchers {} } }`.
 */
export interface LeakwatchMatchers {
  toLeak(options?: CheckOptions): Promise<void>;
  toStall(options?: StallOptions): Promise<void>;
  toBeCollectable(): Promise<void>;
}

/** To be given to `expect.extend`. */
export const matchers = {
  /** Mostly as `.not.toLeak()`. @throws LeakwatchError when it cannot be told */
  toLeak: (scenario: Scenario, options?: CheckOptions): Promise<MatcherResult> =>
    resultOf(expectNoLeak(scenario, options), LeakError, {
      isFailure: true,
      otherwise: 'The scenario was expected to leak, and leaves nothing behind.',
    }),

  /** Mostly as `.not.toStall({ budgetMs })`. @throws LeakwatchError when it cannot be told */
  toStall: (scenario: Scenario, options?: StallOptions): Promise<MatcherResult> =>
    resultOf(expectNoStall(scenario, options), StallError, {
      isFailure: true,
      otherwise: 'The scenario was expected to block the event loop, and keeps to its budget.',
    }),

  toBeCollectable: (subject: object | (() => unknown)): Promise<MatcherResult> =>
    resultOf(expectCollectable(subject), CollectableError, {
      isFailure: false,
      otherwise: 'The object was expected to be held, and can be collected.',
    }),
};

interface Meaning {
  /** What the matcher passes for is what the assertion fails for. */
  readonly isFailure: boolean;
  /** What is said when the opposite was expected. */
  readonly otherwise: string;
}

async function resultOf(
  assertion: Promise<void>,
  Failure: new (...parts: never[]) => Error,
  { isFailure, otherwise }: Meaning,
): Promise<MatcherResult> {
  try {
    await assertion;
    return { pass: !isFailure, message: () => otherwise };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { pass: isFailure, message: () => error.message };
  }
}
