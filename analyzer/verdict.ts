import type { Judged } from './growth/sift.ts';
import type { Comparability, Finding, Report, Verdict } from './report.ts';
import { timeToLimit } from './series/memory-trend.ts';
import { isOutside } from './outside-finding.ts';
import { lowerFirst } from './render/casing.ts';
import { bytesText, countText, durationText } from './render/units.ts';

type Open = Omit<Report, 'verdict' | 'headline' | 'reasons' | 'elapsedMs'>;
type Conclusion = Pick<Report, 'verdict' | 'headline' | 'reasons' | 'findings'>;

/** The verdict, as a sentence with its reasons. Silent unless the evidence is good enough: see {@link verdictOf}. */
export function conclude(report: Open, judged: readonly Judged[]): Conclusion {
  const verdict = verdictOf(report);
  return {
    verdict,
    headline: headlineOf(verdict, report),
    reasons: reasonsOf(verdict, report, judged),
    findings: verdict === 'clean' ? [] : report.findings,
  };
}

/** A leak is said with three comparable snapshots, or two and a floor that rose on; less can only raise a suspicion. */
function verdictOf({ comparability, findings, snapshots }: Open): Verdict {
  if (!isOneProcess(comparability)) return 'unknown';
  if (findings.some(({ confidence }) => confidence.level !== 'low')) return 'leak';
  return snapshots.length < MIN_SNAPSHOTS && findings.length > 0 ? 'unknown' : 'clean';
}

const isOneProcess = ({ kind, isOneProcess: isProven }: Comparability) =>
  kind === 'same-lineage' || isProven === true;

/** Two cannot tell a leak from warm-up. */
export const MIN_SNAPSHOTS = 3;

export const SNAPSHOTS_NEEDED = `A verdict needs ${MIN_SNAPSHOTS} snapshots of one process, taken under the same load.`;

function headlineOf(verdict: Verdict, report: Open): string {
  const { findings, comparability, snapshots } = report;
  if (verdict === 'clean') return `No leak found: nothing kept growing over ${snapshots.length} snapshots.`;
  if (verdict === 'leak') return leakHeadline(report);
  if (comparability.kind === 'single') return singleHeadline(findings);
  if (!isOneProcess(comparability)) return `Cannot tell: ${lowerFirst(comparability.sentence)}`;
  return `Cannot tell yet: ${countText(findings.length, 'suspect')} grew between the two snapshots, which may be warm-up.`;
}

function singleHeadline(findings: readonly Finding[]): string {
  const large = countText(findings.length, 'large collection');
  const suspects = findings.length === 0 ? '' : ` It holds ${large}, which is no leak yet.`;
  return `One snapshot cannot tell what grows: give two more of the same process.${suspects}`;
}

function leakHeadline(report: Open): string {
  const { findings } = report;
  const rate = bytesPerMinute(findings);
  const pace = rate === null || rate === 0 ? '' : `, ${bytesText(rate)} per minute`;
  const inHeap = bytesPerMinute(findings.filter((finding) => !isOutside(finding)));
  const limit = timeToHeapLimit(inHeap, report);
  const until = limit === null ? '' : `, about ${durationText(limit)} to the heap limit`;
  return `${countText(findings.length, 'leak')} found${pace}${until}: ${lowerFirst(findings[0].title)}.`;
}

/** From what the leaks hold now and gain per minute: the floor of a short recording would say less. */
function timeToHeapLimit(rate: number | null, { process, snapshots }: Open): number | null {
  return process === null ? null : timeToLimit(snapshots.at(-1)?.heapBytes, rate, process.heapLimitBytes);
}

function bytesPerMinute(findings: readonly Finding[]): number | null {
  const rates = findings.map(({ growth }) => growth.bytesPerMinute);
  return rates.some((rate) => rate === null) ? null : rates.reduce<number>((total, rate) => total + rate!, 0);
}

function reasonsOf(verdict: Verdict, report: Open, judged: readonly Judged[]): string[] {
  const reasons = [report.comparability.sentence];
  const harmless = (is: string) => judged.filter(({ judgement }) => judgement.is === is).length;
  const filling = harmless('slowing');
  const bounded = harmless('rotating') + harmless('passing');
  const settled = harmless('settled');
  const reserved = harmless('reserved');
  if (filling > 0)
    reasons.push(`${countText(filling, 'place')} grew ever more slowly, as a cache does that fills up.`);
  if (bounded > 0) reasons.push(`${countText(bounded, 'place')} held new objects but let the older ones go.`);
  if (settled > 0)
    reasons.push(
      `${countText(settled, 'place')} grew no more after the last snapshot, while the work went on.`,
    );
  if (reserved > 0) reasons.push(`${countText(reserved, 'place')} filled slots that had been set aside.`);
  reasons.push(
    ...new Set(judged.flatMap(({ judgement }) => (judgement.is === 'bounded' ? [judgement.sentence] : []))),
  );
  if (verdict === 'clean' && report.findings.length > 0) {
    const faint = countText(report.findings.length, 'faint suspicion');
    reasons.push(`${faint} not reported, the first: ${report.findings[0].title}.`);
  }
  if (verdict === 'unknown' && report.snapshots.length < MIN_SNAPSHOTS) {
    reasons.push(SNAPSHOTS_NEEDED);
  }
  return reasons;
}
