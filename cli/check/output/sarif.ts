import type { CheckReport, Problem, ScenarioResult } from '../check-report.ts';
import { hash } from '../problems.ts';
import { packageVersion } from '../../package-version.ts';
import { placeOf } from './place.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const RULES: Readonly<Record<string, string>> = {
  leak: 'Memory is kept that nothing needs any more.',
  stall: 'The event loop is blocked for longer than its budget.',
  budget: 'A measure is over its budget.',
};

/**
 * SARIF 2.1.0 (OASIS, 2020): a result per problem, at the culprit's line; what could not be judged is a notification.
 * GitHub takes no result without a place: what has none, such as a budget, stands in the config.
 */
export function renderSarif(report: CheckReport): string {
  const problems = report.scenarios.flatMap((scenario) =>
    scenario.problems.map((problem) => ({ scenario, problem })),
  );
  const ruleIds = [...new Set(problems.map(({ problem }) => problem.rule))].toSorted();
  const run = {
    tool: {
      driver: {
        name: 'leakwatch',
        version: packageVersion(),
        rules: ruleIds.map((id) => ({ id, shortDescription: { text: RULES[id.split('/')[0]] } })),
      },
    },
    invocations: [
      {
        executionSuccessful: report.scenarios.every(({ outcome }) => outcome !== 'unable'),
        toolExecutionNotifications: report.scenarios
          .filter(({ outcome }) => outcome === 'unable')
          .map(notificationOf),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: problems.map(({ scenario, problem }) => resultOf(problem, { scenario, report, ruleIds })),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

interface Context {
  readonly report: CheckReport;
  readonly scenario: ScenarioResult;
  readonly ruleIds: readonly string[];
}

function resultOf(problem: Problem, { report, scenario, ruleIds }: Context) {
  const place = placeOf(problem, report) ?? placeOf(inConfig(report), report);
  const isKnown = problem.mark === 'known';
  return {
    ruleId: problem.rule,
    ruleIndex: ruleIds.indexOf(problem.rule),
    level: isKnown ? 'note' : 'error',
    message: { text: textOf(problem, scenario) },
    ...(place === null ? {} : { locations: [{ physicalLocation: physical(place) }] }),
    partialFingerprints: { 'leakwatch/v1': hash(`${scenario.name}\n${problem.fingerprint}`) },
    baselineState: problem.mark === 'new' ? 'new' : 'unchanged',
    ...(isKnown ? { suppressions: [{ kind: 'external', justification: problem.reason ?? '' }] } : {}),
  };
}

const inConfig = ({ configFile }: CheckReport) => ({ location: { file: configFile, line: 1, column: 1 } });

const textOf = ({ title, details }: Problem, { name }: ScenarioResult) =>
  `${title} (scenario "${name}").${details === '' ? '' : `\n\n${details}`}`.toWellFormed();

const physical = ({ file, line, column }: { file: string; line: number; column: number }) => ({
  artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
  region: { startLine: line, startColumn: column },
});

const notificationOf = ({ name, sentence }: ScenarioResult) => ({
  level: 'error',
  message: { text: `Scenario "${name}" could not be judged: ${sentence}`.toWellFormed() },
});
