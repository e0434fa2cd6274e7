import type { CheckReport, Problem, ScenarioResult } from '../../cli/check/check-report.ts';

/** A result with one scenario for each list of problems. */
export function reportOf(...scenarios: readonly ScenarioResult[]): CheckReport {
  const outcomes = scenarios.map(({ outcome }) => outcome);
  return {
    version: 1,
    outcome: outcomes.find((outcome) => outcome !== 'passed') ?? 'passed',
    headline: 'One of them failed.',
    startedAt: '2026-11-20T10:00:00.000Z',
    elapsedMs: 12_345,
    root: '/app',
    repository: '/app',
    configFile: '/app/leakwatch.config.js',
    scenarios,
    fixed: [],
  };
}

export function scenarioWith(result: Partial<ScenarioResult>): ScenarioResult {
  return {
    name: 'cart',
    kind: 'function',
    outcome: 'passed',
    sentence: 'Left nothing behind.',
    elapsedMs: 1500,
    measures: {},
    problems: [],
    artifacts: [],
    ...result,
  };
}

export function problemWith(problem: Partial<Problem>): Problem {
  return {
    rule: 'leak/cache',
    mark: 'new',
    fingerprint: '0123456789abcdef',
    title: 'Map `carts` (src/cart.js:3) grows without bound',
    details: 'fix: Bound it.',
    location: { file: 'src/cart.js', line: 3, column: 7 },
    reason: null,
    finding: null,
    ...problem,
  };
}
