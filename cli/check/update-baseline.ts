import { UsageError } from '../usage-error.ts';
import { isSameProblem } from './baseline.ts';
import type { CheckReport, KnownProblem } from './check-report.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** @throws UsageError for what is no day */
export function checkedExpiry(day: string): string {
  if (DAY.test(day) && !Number.isNaN(Date.parse(day))) return day;
  throw new UsageError(`"${day}" is no day.`, 'Write it as 2027-06-01.');
}

/**
 * The baseline after a check: entries whose problem was met stay as they are, those that expired are renewed, what is new
 * comes in, what is fixed goes. Scenarios that were not tried, or could not be judged, keep theirs.
 */
export function updatedBaseline(
  baseline: readonly KnownProblem[],
  { scenarios, fixed }: CheckReport,
  given: Pick<KnownProblem, 'reason' | 'expires'>,
): KnownProblem[] {
  const failing = scenarios.flatMap(({ name, problems }) =>
    problems
      .filter(({ mark }) => mark !== 'known')
      .map(({ fingerprint, title }) => ({ scenario: name, fingerprint, title, ...given })),
  );
  const kept = baseline.filter((entry) => ![...failing, ...fixed].some((other) => isSame(entry, other)));
  return [...kept, ...failing];
}

const isSame = (one: KnownProblem, other: KnownProblem) =>
  one.scenario === other.scenario && isSameProblem(one, other);
