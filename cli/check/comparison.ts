import { readFileSync } from 'node:fs';
import { LeakwatchError } from '../../analyzer/error.ts';
import { systemReason } from '../system-error.ts';
import { CHECK_VERSION } from './check-report.ts';
import type { CheckReport, KnownProblem } from './check-report.ts';

/**
 * What a check of another build had met, by its JSON: none of it is new in this build.
 * @throws LeakwatchError COMPARE for a file that is none, or of a newer version
 */
export function readComparison(file: string): readonly KnownProblem[] {
  const report = parse(file);
  if (typeof report !== 'object' || report === null || !('scenarios' in report) || !('version' in report))
    throw new LeakwatchError('COMPARE', `${file} is not the JSON of a \`leakwatch check\`.`);
  const { version, scenarios } = report as CheckReport;
  if (version > CHECK_VERSION)
    throw new LeakwatchError(
      'COMPARE',
      `${file} is of version ${version}; this leakwatch reads up to ${CHECK_VERSION}.`,
    );
  return scenarios.flatMap(({ name, problems }) =>
    problems.map(({ fingerprint, title }) => ({
      scenario: name,
      fingerprint,
      title,
      reason: 'also in the build that this one is compared with',
      expires: null,
    })),
  );
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? `is no JSON: ${error.message}`
        : `cannot be read: ${systemReason(error)}`;
    throw new LeakwatchError('COMPARE', `${file} ${why}.`);
  }
}
