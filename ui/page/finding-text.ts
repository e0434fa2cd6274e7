import type { Finding, TraceElement } from '../../analyzer/report.ts';
import { bytes, count, signed } from './format.ts';

/** The finding as plain text, to be pasted into an issue. */
export function findingText(finding: Finding): string {
  const { title, culprit, growth, confidence, trace, fix, evidence, fingerprint, knownLeak } = finding;
  const { location } = culprit;
  return [
    title,
    ...(location ? [`  at ${location.file}:${location.line}:${location.column}`] : []),
    '',
    `Filled by   ${growth.what}`,
    `Objects     ${growth.objects.map(count).join(' → ')}`,
    `Held        ${growth.bytes.map(bytes).join(' → ')}`,
    ...(growth.bytesPerMinute === null ? [] : [`Rate        ${signed(growth.bytesPerMinute, bytes)}/min`]),
    ...(growth.bytesFreed === undefined ? [] : [`If let go   ${bytes(growth.bytesFreed)} come back`]),
    `Confidence  ${confidence.level} (${Math.round(confidence.score * 100)} of 100)`,
    '',
    'Held through',
    ...trace.map(traceLine),
    '',
    `Fix: ${fix}`,
    ...(knownLeak ? [`Known leak of ${knownLeak.package} ${knownLeak.affected}: ${knownLeak.url}`] : []),
    '',
    ...[...confidence.reasons, ...evidence].map((sentence) => `- ${sentence}`),
    '',
    `Fingerprint: ${fingerprint}`,
    '',
  ].join('\n');
}

function traceLine({ label, via, status, reason }: TraceElement, depth: number): string {
  const mark = { expected: ' ', suspect: '?', leaking: '!' }[status];
  return `${mark} ${'  '.repeat(depth)}${via === '' ? '' : `${via} → `}${label}${reason === null ? '' : ` (${reason})`}`;
}
