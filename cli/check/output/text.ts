import { wrapText } from '../../../analyzer/render/wrap.ts';
import { formatDuration } from '../../duration.ts';
import type { Output } from '../../terminal/terminal.ts';
import type { CheckReport, KnownProblem, Problem, ScenarioResult } from '../check-report.ts';
import { printable } from './escape.ts';
import { measureTexts } from './measure-text.ts';

type Colors = Output['colors'];

/** The result as a person reads it in a terminal: a line per scenario, a block per problem, the outcome last. */
export function renderCheckText(report: CheckReport, { colors, width }: Output): string {
  const lines = [
    ...report.scenarios.flatMap((scenario) => scenarioLines(scenario, colors, width)),
    ...report.fixed.flatMap((entry) => fixedLines(entry, colors, width)),
    '',
    outcomeLine(report, colors),
  ];
  return `${lines.join('\n')}\n`;
}

const SIGNS = { passed: '✓', failed: '✗', unable: '?' } as const;
const INDENT = '    ';

function scenarioLines(scenario: ScenarioResult, colors: Colors, width: number): string[] {
  const { name, outcome, elapsedMs, sentence, measures, problems, artifacts } = scenario;
  const paint = painterOf(outcome, colors);
  return [
    `${paint(`${SIGNS[outcome]} ${printable(name)}`)} ${colors.dim(formatDuration(elapsedMs))}`,
    ...indented(sentence, width, outcome === 'unable' ? paint : colors.dim),
    ...indented(measureTexts(measures).join(', '), width, colors.dim),
    ...problems.flatMap((problem) => problemLines(problem, colors, width)),
    ...(artifacts.length > 0 ? indented(`kept: ${artifacts.join(', ')}`, width, colors.dim) : []),
  ];
}

function problemLines(problem: Problem, colors: Colors, width: number): string[] {
  const { mark, title, reason, details, location } = problem;
  const isKnown = mark === 'known';
  const label = isKnown
    ? `known (${reason})`
    : mark === 'expired'
      ? `no longer put up with (${reason})`
      : 'new';
  const place = location === null ? '' : ` at ${location.file}:${location.line}:${location.column}`;
  return [
    '',
    ...indented(
      `${label}: ${title}`,
      width,
      isKnown ? colors.yellow : (text) => colors.bold(colors.red(text)),
    ),
    ...(isKnown ? [] : indented(place.trim(), width, (text) => text)),
    ...(isKnown ? [] : detailLines(details, width)),
    '',
  ];
}

const DETAIL_INDENT = `${INDENT}  `;

/** Sentences are wrapped; what is drawn, a path or a stack, begins with blanks and is left as it is. */
function detailLines(details: string, width: number): string[] {
  if (details === '') return [];
  return details
    .split('\n')
    .flatMap((line) =>
      /^\s|^$/.test(line) ? [printable(line)] : wrapText(line, width - DETAIL_INDENT.length),
    )
    .map((line) => `${DETAIL_INDENT}${line}`.trimEnd());
}

const fixedLines = ({ scenario, title }: KnownProblem, colors: Colors, width: number) =>
  indented(`fixed in ${scenario}: ${title}`, width, colors.green);

function outcomeLine({ outcome, headline, elapsedMs }: CheckReport, colors: Colors): string {
  const tag = { passed: ' PASSED ', failed: ' FAILED ', unable: ' UNABLE ' }[outcome];
  const paint = painterOf(outcome, colors);
  return `${colors.inverse(paint(tag))} ${headline} ${colors.dim(`(${formatDuration(elapsedMs)})`)}`;
}

function painterOf(outcome: CheckReport['outcome'], colors: Colors): (text: string) => string {
  return { passed: colors.green, failed: colors.red, unable: colors.yellow }[outcome];
}

function indented(text: string, width: number, paint: (text: string) => string): string[] {
  return text === '' ? [] : wrapText(text, width - INDENT.length).map((line) => `${INDENT}${paint(line)}`);
}
