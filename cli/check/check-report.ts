/**
 * The result of `leakwatch check`: the contract between the checking and everything that shows it. Types only.
 * `CHECK_VERSION` changes when a field changes its meaning or goes.
 */
import type { Finding, SourceLocation } from '../../analyzer/report.ts';

export const CHECK_VERSION = 1;

/** passed: nothing new. failed: something new. unable: could not be tried or judged, which is no pass. */
export type Outcome = 'passed' | 'failed' | 'unable';

/**
 * new: not seen before. known: in the baseline, or in the build that this one is compared with. expired: in the baseline,
 * but no longer to be put up with.
 */
export type Mark = 'new' | 'known' | 'expired';

export interface CheckReport {
  readonly version: number;
  readonly outcome: Outcome;
  /** One sentence for people. */
  readonly headline: string;
  readonly startedAt: string;
  readonly elapsedMs: number;
  /** The folder that places are relative to: the config's. */
  readonly root: string;
  /** The folder that CI systems take paths relative to: the root, or above it in a repository of several packages. */
  readonly repository: string;
  /** The config's path. */
  readonly configFile: string;
  readonly scenarios: readonly ScenarioResult[];
  /** Known problems that were not met any more, of scenarios that could be judged. */
  readonly fixed: readonly KnownProblem[];
}

export interface ScenarioResult {
  readonly name: string;
  readonly kind: 'function' | 'service' | 'snapshots';
  readonly outcome: Outcome;
  /** What came of it, or why it could not be told. */
  readonly sentence: string;
  readonly elapsedMs: number;
  readonly measures: Measures;
  readonly problems: readonly Problem[];
  /** Files that were kept of it, relative to the root. */
  readonly artifacts: readonly string[];
}

/** What can have a budget; absent when it was not measured. */
export interface Measures {
  readonly bytesPerIteration?: number;
  readonly objectsPerIteration?: number;
  /** Megabytes of heap after the last major collections. */
  readonly heapFloorMB?: number;
  readonly loopP99Ms?: number;
  readonly longestBlockMs?: number;
  /** 0..1 of the time. */
  readonly gcShare?: number;
}

export type Budgets = Measures;

export interface Problem {
  /** `leak/listener`, `budget/loopP99Ms`, `stall/json`. */
  readonly rule: string;
  readonly mark: Mark;
  /** Within its scenario; free of ids, sizes, lines and times. */
  readonly fingerprint: string;
  /** One sentence. */
  readonly title: string;
  /** What to know beyond it: numbers, the path, the fix. Several lines. */
  readonly details: string;
  readonly location: SourceLocation | null;
  /** Why it is known; null for a new one. */
  readonly reason: string | null;
  readonly finding: Finding | null;
}

/** An entry of the baseline file. */
export interface KnownProblem {
  readonly scenario: string;
  readonly fingerprint: string;
  readonly title: string;
  readonly reason: string;
  /** The first day, `2027-03-01`, on which it fails again; null for never. */
  readonly expires: string | null;
}
