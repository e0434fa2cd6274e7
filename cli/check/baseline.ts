import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LeakwatchError } from '../../analyzer/error.ts';
import { systemReason } from '../system-error.ts';
import type { KnownProblem, Problem } from './check-report.ts';

const BASELINE_VERSION = 1;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The problems that are known; none when there is no such file.
 * @throws LeakwatchError BASELINE for a file that is damaged, or of a newer version
 */
export function readBaseline(file: string): readonly KnownProblem[] {
  if (!existsSync(file)) return [];
  const name = basename(file);
  const parsed = parse(file);
  if (!isRecord(parsed) || typeof parsed.version !== 'number')
    throw new LeakwatchError('BASELINE', `${name} is no baseline of leakwatch: it has no version.`);
  if (parsed.version > BASELINE_VERSION)
    throw new LeakwatchError(
      'BASELINE',
      `${name} is of version ${parsed.version}; this leakwatch reads up to ${BASELINE_VERSION}. Use a newer one.`,
    );
  if (!Array.isArray(parsed.known))
    throw new LeakwatchError('BASELINE', `${name} is damaged: it has no list "known".`);
  return parsed.known.map((entry, index) => checkedEntry(entry, `${name}: known[${index}]`));
}

/** Writes them, sorted, so that a change is a short diff. */
export function writeBaseline(file: string, known: readonly KnownProblem[]): void {
  const sorted = known.toSorted(
    (a, b) =>
      compare(a.scenario, b.scenario) || compare(a.title, b.title) || compare(a.fingerprint, b.fingerprint),
  );
  try {
    writeFileSync(file, `${JSON.stringify({ version: BASELINE_VERSION, known: sorted }, null, 2)}\n`);
  } catch (error) {
    throw new LeakwatchError('BASELINE', `${file} cannot be written: ${systemReason(error)}.`);
  }
}

/** What the baseline says of a problem: known with its reason, expired, or new. */
export function marked(
  problem: Problem,
  scenario: string,
  known: readonly KnownProblem[],
  today: string,
): Problem {
  const entry = known.find((one) => one.scenario === scenario && isSameProblem(one, problem));
  if (entry === undefined) return problem;
  const isExpired = entry.expires !== null && entry.expires <= today;
  return { ...problem, mark: isExpired ? 'expired' : 'known', reason: entry.reason };
}

type Told = Pick<Problem, 'fingerprint' | 'title'>;

/** By the fingerprint, or word by word: what fills one holder may be told by another of its classes the next time. */
export const isSameProblem = (one: Told, other: Told): boolean =>
  one.fingerprint === other.fingerprint || one.title === other.title;

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? `is damaged: ${error.message}`
        : `cannot be read: ${systemReason(error)}`;
    throw new LeakwatchError('BASELINE', `${basename(file)} ${why}.`);
  }
}

function checkedEntry(entry: unknown, where: string): KnownProblem {
  const isEntry =
    isRecord(entry) &&
    [entry.scenario, entry.fingerprint, entry.title, entry.reason].every(
      (value) => typeof value === 'string',
    );
  if (!isEntry)
    throw new LeakwatchError('BASELINE', `${where} needs the texts scenario, fingerprint, title and reason.`);
  const { scenario, fingerprint, title, reason, expires = null } = entry as unknown as KnownProblem;
  if (expires !== null && !(DAY.test(String(expires)) && !Number.isNaN(Date.parse(String(expires)))))
    throw new LeakwatchError('BASELINE', `${where}: "expires" has to be a day such as 2027-03-01, or null.`);
  return { scenario, fingerprint, title, reason, expires };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
