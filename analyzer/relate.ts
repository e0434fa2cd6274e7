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

/** What holds the most new bytes first: it is what a person wants gone. */
const byStrength = (a: Finding, b: Finding) =>
  gained(b) * b.confidence.score - gained(a) * a.confidence.score;

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
