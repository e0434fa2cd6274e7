import { createHash } from 'node:crypto';
import type { Block } from '../../analyzer/check/longest-block.ts';
import { perIterationText } from '../../analyzer/check/leak-error.ts';
import { blockText, stackText } from '../../analyzer/check/stall-error.ts';
import { traceLines } from '../../analyzer/render/trace.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import type { Finding, Report } from '../../analyzer/report.ts';
import { createColors } from 'picocolors';
import type { Budgets, Measures, Problem } from './check-report.ts';

const NEW = { mark: 'new', reason: null } as const;

/** The leaks of a report, unless what they leave per iteration is allowed. */
export function leakProblems(report: Report | null, measures: Measures, budgets: Budgets): Problem[] {
  if (report === null || report.verdict !== 'leak' || isAllowed(measures, budgets)) return [];
  return report.findings
    .filter(({ confidence }) => confidence.level !== 'low')
    .map((finding) => ({
      ...NEW,
      rule: `leak/${finding.kind}`,
      fingerprint: finding.fingerprint,
      title: finding.title,
      details: detailsOf(finding, measures),
      location: finding.culprit.location,
      finding,
    }));
}

const PER_ITERATION = ['bytesPerIteration', 'objectsPerIteration'] as const;

/** A leak within a budget that was given for leaks; without one none is. */
function isAllowed(measures: Measures, budgets: Budgets): boolean {
  const given = PER_ITERATION.filter((name) => budgets[name] !== undefined);
  return given.length > 0 && given.every((name) => (measures[name] ?? Infinity) <= budgets[name]!);
}

function detailsOf(finding: Finding, { bytesPerIteration, objectsPerIteration }: Measures): string {
  const { growth, fix, trace, confidence } = finding;
  const pace =
    bytesPerIteration === undefined || objectsPerIteration === undefined
      ? []
      : [`leaves ${perIterationText({ bytesPerIteration, objectsPerIteration })}`];
  return [
    `filled by ${growth.what}: ${growth.objects.map((count) => count.toLocaleString('en-US')).join(' → ')}`,
    ...pace,
    `${confidence.level} confidence: ${confidence.reasons.join('; ')}`,
    `fix: ${fix}`,
    '',
    ...traceLines(trace, createColors(false)),
  ].join('\n');
}

/** A block over its budget, with the function that made it. */
export function stallProblem(block: Block, budgets: Budgets): Problem[] {
  const { longestBlockMs } = budgets;
  if (longestBlockMs === undefined || block.durationMs <= longestBlockMs) return [];
  const place = `${block.functionName ?? ''}\n${block.location?.file ?? ''}`;
  return [
    {
      ...NEW,
      rule: `stall/${block.category}`,
      fingerprint: hash(`stall\n${place}`),
      title: sentenceOf(blockText(block, longestBlockMs)),
      details: stackText(block),
      location: block.location,
      finding: null,
    },
  ];
}

const BUDGET_WORDS: Readonly<Record<keyof Budgets, readonly [what: string, unit: string]>> = {
  bytesPerIteration: ['bytes left per iteration', ''],
  objectsPerIteration: ['objects left per iteration', ''],
  heapFloorMB: ['the heap after collections', ' MB'],
  loopP99Ms: ["the event loop's delay (p99)", ' ms'],
  longestBlockMs: ['the longest block of the event loop', ' ms'],
  gcShare: ["garbage collection's share of the time", ''],
};

/**
 * Measures over their budget that nothing else speaks of.
 * @throws LeakwatchError NOT_MEASURED for a budget that nothing can be held against: that is no pass
 */
export function budgetProblems(
  measures: Measures,
  budgets: Budgets,
  names: readonly (keyof Budgets)[],
): Problem[] {
  return names.flatMap((name) => {
    const [value, limit] = [measures[name], budgets[name]];
    const [what, unit] = BUDGET_WORDS[name];
    if (limit === undefined) return [];
    if (value === undefined)
      throw new LeakwatchError(
        'NOT_MEASURED',
        `${sentenceOf(what)} could not be measured, and has a budget.`,
      );
    if (value <= limit) return [];
    return [
      {
        ...NEW,
        rule: `budget/${name}`,
        fingerprint: hash(`budget\n${name}`),
        title: sentenceOf(`${what} came to ${value}${unit}, the budget is ${limit}${unit}`),
        details: '',
        location: null,
        finding: null,
      },
    ];
  });
}

const sentenceOf = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1).replace(/\.$/, '');

export const hash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);
