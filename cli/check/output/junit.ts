import type { CheckReport, Problem, ScenarioResult } from '../check-report.ts';
import { xml } from './escape.ts';

const SECOND_MS = 1000;

/** JUnit XML as Jenkins' own schema has it: a suite, a test case per scenario. What could not be judged is an error. */
export function renderJunit(report: CheckReport): string {
  const { scenarios, elapsedMs, startedAt } = report;
  const of = (outcome: ScenarioResult['outcome']) =>
    scenarios.filter((scenario) => scenario.outcome === outcome).length;
  const counts = `tests="${scenarios.length}" failures="${of('failed')}" errors="${of('unable')}"`;
  const time = `time="${seconds(elapsedMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="leakwatch" ${counts} ${time}>`,
    `  <testsuite name="leakwatch" ${counts} skipped="0" ${time} timestamp="${startedAt.slice(0, 19)}">`,
    ...scenarios.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(scenario: ScenarioResult): string {
  const { name, kind, elapsedMs, problems } = scenario;
  const open = `    <testcase name="${xml(name)}" classname="leakwatch.${kind}" time="${seconds(elapsedMs)}"`;
  const inside = [...resultOf(scenario), ...knownOf(problems)];
  return inside.length === 0 ? `${open}/>` : [`${open}>`, ...inside, '    </testcase>'].join('\n');
}

function resultOf({ outcome, sentence, problems }: ScenarioResult): string[] {
  if (outcome === 'unable') return [`      <error message="${xml(sentence)}" type="unable"/>`];
  return problems
    .filter(({ mark }) => mark !== 'known')
    .map(
      ({ rule, title, details }) =>
        `      <failure message="${xml(title)}" type="${xml(rule)}">${xml(details)}</failure>`,
    );
}

function knownOf(problems: readonly Problem[]): string[] {
  const known = problems.filter(({ mark }) => mark === 'known');
  if (known.length === 0) return [];
  const lines = known.map(({ title, reason }) => `known: ${title} (${reason})`);
  return [`      <system-out>${xml(lines.join('\n'))}</system-out>`];
}

const seconds = (durationMs: number) => (durationMs / SECOND_MS).toFixed(3);
