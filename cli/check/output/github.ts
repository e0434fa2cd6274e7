import type { CheckReport, Problem, ScenarioResult } from '../check-report.ts';
import { commandMessage, commandProperty } from './escape.ts';
import { placeOf } from './place.ts';

/** GitHub's workflow commands: an annotation per problem, at the culprit's line where it has one. */
export function renderGithub(report: CheckReport): string {
  const lines = report.scenarios.flatMap((scenario) => [
    ...scenario.problems.map((problem) => annotation(problem, scenario, report)),
    ...(scenario.outcome === 'unable' ? [unable(scenario)] : []),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(problem: Problem, { name }: ScenarioResult, report: CheckReport): string {
  const place = placeOf(problem, report);
  const title = `title=${commandProperty(`leakwatch: ${name}`)}`;
  const where =
    place === null
      ? []
      : [`file=${commandProperty(place.file)}`, `line=${place.line}`, `col=${place.column}`];
  const level = problem.mark === 'known' ? 'notice' : 'error';
  const why = problem.reason === null ? '' : ` (${problem.mark}: ${problem.reason})`;
  const details = problem.mark === 'known' || problem.details === '' ? '' : `\n${problem.details}`;
  return `::${level} ${[...where, title].join(',')}::${commandMessage(`${problem.title}${why}${details}`)}`;
}

const unable = ({ name, sentence }: ScenarioResult) =>
  `::error title=${commandProperty(`leakwatch: ${name}`)}::${commandMessage(`could not be judged: ${sentence}`)}`;
