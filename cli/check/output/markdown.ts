import type { CheckReport, Measures, Problem, ScenarioResult } from '../check-report.ts';
import { codeBlock, markdown } from './escape.ts';
import { measureTexts } from './measure-text.ts';
import { placeOf } from './place.ts';

const MOST_CHARACTERS = 60_000; // a comment on GitHub may have 65,536, a step's summary a megabyte
const SIGNS = { passed: '✅', failed: '❌', unable: '⚠️' } as const;

/** For a comment on a pull request or a step's summary. The first line, a comment, tells one of ours to update. */
export function renderMarkdown(report: CheckReport): string {
  const { scenarios, headline, fixed, outcome } = report;
  const head = [
    '<!-- leakwatch check -->',
    `### ${SIGNS[outcome]} leakwatch: ${markdown(headline)}`,
    '',
    '| | scenario | result |',
    '|---|---|---|',
    ...scenarios.map(
      (scenario) => `| ${SIGNS[scenario.outcome]} | ${markdown(scenario.name)} | ${resultOf(scenario)} |`,
    ),
  ];
  const problems = scenarios.flatMap((scenario) =>
    scenario.problems.map((problem) => problemBlock(problem, scenario, report)),
  );
  const gone = fixed.map(({ title, scenario }) => `- fixed: ${markdown(title)} (${markdown(scenario)})`);
  return `${fitting([head.join('\n'), ...problems, ...(gone.length > 0 ? [gone.join('\n')] : [])])}\n`;
}

function resultOf({ sentence, measures }: ScenarioResult): string {
  const measured = measuresText(measures);
  return `${markdown(sentence)}${measured === '' ? '' : `<br>${measured}`}`;
}

const measuresText = (measures: Measures) => markdown(measureTexts(measures).join(', '));

function problemBlock(problem: Problem, { name }: ScenarioResult, report: CheckReport): string {
  const place = placeOf(problem, report);
  const where = place === null ? '' : ` at ${markdown(`${place.file}:${place.line}`)}`;
  const reason = problem.reason === null ? '' : `: ${markdown(problem.reason)}`;
  const summary = `<b>${problem.mark}${reason}</b> ${markdown(problem.title)} (${markdown(name)}${where})`;
  const details = problem.details === '' ? '' : `\n\n${codeBlock(problem.details)}\n`;
  return `<details${problem.mark === 'known' ? '' : ' open'}><summary>${summary}</summary>${details}\n</details>`;
}

/** Whole blocks as far as they fit: half of one would break the page. */
function fitting(blocks: readonly string[]): string {
  let text = blocks[0];
  for (const [index, block] of blocks.slice(1).entries()) {
    if (text.length + block.length > MOST_CHARACTERS)
      return `${text}\n\n${blocks.length - 1 - index} more are left out here; the JSON has them all.`;
    text = `${text}\n\n${block}`;
  }
  return text;
}
