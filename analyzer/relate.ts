import type { Finding, TraceElement } from './report.ts';

/** Strongest first; one finding per fingerprint; those that share a holder's holder know of each other. */
export function relate(findings: readonly Finding[]): Finding[] {
  const distinct = new Map<string, Finding>();
  for (const finding of findings.toSorted(byStrength)) {
    if (!distinct.has(finding.fingerprint)) distinct.set(finding.fingerprint, finding);
  }
  const kept = [...distinct.values()];
  return kept.map((finding) => ({
    ...finding,
    related: kept
      .filter((other) => other !== finding && areRelated(finding, other))
      .map((other) => other.fingerprint),
  }));
}

const gained = ({ growth }: Finding) => growth.bytes[growth.bytes.length - 1] - growth.bytes[0];

/** What holds the most new bytes first: it is what a person wants gone. What names who holds it can be acted on, and counts more. */
const strength = (finding: Finding) => gained(finding) * finding.confidence.score * actionable(finding);

function actionable({ kind, culprit }: Finding): number {
  return culprit.location === null || (kind === 'handle' && culprit.property === null) ? UNPLACED_WEIGHT : 1;
}

const UNPLACED_WEIGHT = 0.1;

const byStrength = (a: Finding, b: Finding) => strength(b) - strength(a);

/** Two findings below one suspect, or of one package and file, are likely one mistake. */
function areRelated(a: Finding, b: Finding): boolean {
  const file = a.culprit.location?.file;
  return (file !== undefined && file === b.culprit.location?.file) || sharesSuspect(a.trace, b.trace);
}

function sharesSuspect(a: readonly TraceElement[], b: readonly TraceElement[]): boolean {
  const shared = Math.min(a.length, b.length) - 2;
  if (shared < 2) return false;
  for (let i = 0; i < shared; i++) if (a[i].label !== b[i].label || a[i].via !== b[i].via) return false;
  return true;
}
