import type { Finding, TraceElement } from './report.ts';
import { isNodeScript } from './source/packages.ts';

/** A finding and the class instance its name hangs on, by which parts of one leak are known. */
export interface Placed {
  readonly finding: Finding;
  readonly anchorNode: number; // NodeIndex | -1
  /** What it holds are numbers, told by the storage alone. */
  readonly isStore: boolean;
}

/**
 * Strongest first, one finding per leak: what grows in step on one object (keys beside values, several events' listeners of
 * one pipe) is told as evidence of the strongest part. The rest know of each other when they share a file or a suspect.
 */
export function relate(placed: readonly Placed[]): Finding[] {
  const distinct = new Map<string, Placed>();
  for (const one of placed.toSorted((a, b) => byStrength(a.finding, b.finding))) {
    const place = placeOf(one.finding);
    if (!distinct.has(place)) distinct.set(place, one);
  }
  const kept: Finding[] = [];
  const anchors: number[] = [];
  for (const { finding, anchorNode, isStore } of distinct.values()) {
    const isPart = (other: Finding) => isStore || isInStep(finding, other);
    const whole = kept.findIndex((other, index) => anchors[index] === anchorNode && isPart(other));
    if (anchorNode === -1 || whole === -1) {
      kept.push(finding);
      anchors.push(anchorNode);
    } else kept[whole] = withPart(kept[whole], finding);
  }
  const toldApart = inOrderOfLines(kept);
  return toldApart.map((finding) => ({
    ...finding,
    related: toldApart
      .filter((other) => other !== finding && areRelated(finding, other))
      .map((other) => other.fingerprint),
  }));
}

const lineOf = ({ culprit: { location } }: Finding) => location?.line ?? 0;
const placeOf = (finding: Finding) => `${finding.fingerprint} ${lineOf(finding)}`;

/** Two holders of one name in one file share a fingerprint, which has no lines: the lower one is told to be the second. */
function inOrderOfLines(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => {
    const above = findings.filter(
      (other) => other.fingerprint === finding.fingerprint && lineOf(other) < lineOf(finding),
    );
    return above.length === 0
      ? finding
      : { ...finding, fingerprint: `${finding.fingerprint}-${above.length + 1}` };
  });
}

function isInStep(part: Finding, whole: Finding): boolean {
  const { objects } = whole.growth;
  return (
    part.kind === whole.kind && part.growth.objects.every((count, at) => Math.abs(count - objects[at]) <= 2)
  );
}

function withPart(whole: Finding, part: Finding): Finding {
  return { ...whole, evidence: [...whole.evidence, `\`${part.culprit.name}\` grows in step with it`] };
}

const gained = ({ growth: { bytes } }: Finding) =>
  bytes[bytes.length - 1] - (bytes.length === 1 ? 0 : bytes[0]);

/** What holds the most new bytes first: it is what a person wants gone. What names who holds it can be acted on, and counts more. */
const strength = (finding: Finding) => gained(finding) * finding.confidence.score * actionable(finding);

function actionable({ kind, culprit }: Finding): number {
  if (kind === 'timer' && culprit.location !== null && isNodeScript(culprit.location.file))
    return NODES_WEIGHT;
  return culprit.location === null || (kind === 'handle' && culprit.property === null) ? UNPLACED_WEIGHT : 1;
}

const UNPLACED_WEIGHT = 0.1;
const NODES_WEIGHT = 0.01; // timers that Node starts for what the program opened: that is what to close

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
