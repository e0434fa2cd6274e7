import type { CheckReport } from '../check-report.ts';
import { hash } from '../problems.ts';
import { placeOf } from './place.ts';

/** GitLab's code quality report: the problems that have a line. The rest GitLab shows from the JUnit file. */
export function renderGitlab(report: CheckReport): string {
  const issues = report.scenarios.flatMap(({ name, problems }) =>
    problems.flatMap((problem) => {
      const place = placeOf(problem, report);
      if (place === null) return [];
      return [
        {
          description: `${problem.title} (scenario "${name}")`.toWellFormed(),
          check_name: problem.rule,
          fingerprint: hash(`${name}\n${problem.fingerprint}`),
          severity: problem.mark === 'known' ? 'info' : 'major',
          location: { path: place.file, lines: { begin: place.line } },
        },
      ];
    }),
  );
  return `${JSON.stringify(issues, null, 2)}\n`;
}
