import pc from 'picocolors';
import type { Finding, Report, SnapshotSummary, Verdict } from '../report.ts';
import { locationText, traceLines } from './trace.ts';
import { bytesText, countText, durationText, numberText } from './units.ts';
import { wrapText } from './wrap.ts';

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; text is wrapped to them. */
  readonly width: number;
}

type Paint = ReturnType<typeof pc.createColors>;

const SITE_LABELS = {
  added: 'added at',
  created: 'held at',
  captured: 'captured',
  declared: 'declared',
} as const;
const LABEL_WIDTH = 12;
const MIN_WIDTH = 40; // narrower terminals wrap by themselves rather than having one word per line

/** The report as a person reads it in a terminal: the verdict first, then a block per finding. Ends with a line feed. */
export function renderText(report: Report, options: TextOptions): string {
  const paint = pc.createColors(options.color);
  const width = Math.max(MIN_WIDTH, options.width);
  const blocks = [
    headline(report, paint, width),
    ...report.findings.map((finding, index) => findingBlock(finding, index + 1, paint, width)),
    footer(report, paint, width),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headline(report: Report, paint: Paint, width: number): string {
  const tag = tagOf(report.verdict, paint);
  const text = wrapText(report.headline, width - TAG_WIDTH - 1);
  return text
    .map((line, index) => `${index === 0 ? tag : ' '.repeat(TAG_WIDTH)} ${paint.bold(line)}`)
    .join('\n');
}

const TAG_WIDTH = 9;

function tagOf(verdict: Verdict, paint: Paint): string {
  if (verdict === 'leak') return paint.inverse(paint.red(paint.bold('  LEAK   ')));
  if (verdict === 'clean') return paint.inverse(paint.green(paint.bold('  CLEAN  ')));
  return paint.inverse(paint.yellow(paint.bold(' UNKNOWN ')));
}

function findingBlock(finding: Finding, number: number, paint: Paint, width: number): string {
  const { culprit, growth, confidence } = finding;
  const marker = `${number}. `;
  const title = wrapText(finding.title, width - marker.length).map(
    (line, index) => `${index === 0 ? marker : ' '.repeat(marker.length)}${paint.bold(line)}`,
  );
  const rows: (readonly [string, string])[] = [
    ['kind', `${finding.kind}, ${confidence.level} confidence (${confidence.reasons.join('; ')})`],
    ['where', culprit.location ? locationText(culprit.location) : 'the snapshot does not tell the line'],
    ...culprit.sites
      .filter((site) => site.role === 'added' || site.role === 'created')
      .map((site) => [SITE_LABELS[site.role], `${locationText(site.location)} (${site.what})`] as const),
    ['whose', culprit.package ? packageText(culprit.package.name, culprit.package.version) : 'application'],
    ...knownRow(finding),
    ['filled by', `${growth.what}: ${growth.objects.map(numberText).join(' → ')}`],
    ['holds', `${growth.bytes.map(bytesText).join(' → ')}${shareText(growth.shareOfHeapGrowth)}`],
    ...rateRow(finding),
    ['fix', finding.fix],
    ...confidence.missing.map((missing) => ['to be sure', missing] as const),
  ];
  return [
    ...title,
    '',
    ...rows.flatMap(([label, text]) => row(label, text, paint, width)),
    '',
    ...traceLines(finding.trace, paint),
  ].join('\n');
}

function row(label: string, text: string, paint: Paint, width: number): string[] {
  const indent = 3;
  return wrapText(text, width - indent - LABEL_WIDTH).map(
    (line, index) =>
      `${' '.repeat(indent)}${paint.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`,
  );
}

function knownRow({ knownLeak }: Finding): (readonly [string, string])[] {
  if (knownLeak === undefined) return [];
  const { package: name, affected, fixedIn, summary, url } = knownLeak;
  const fixed = fixedIn === null ? 'not fixed yet' : `fixed in ${fixedIn}`;
  return [['known', `known leak of ${name} ${affected}, ${fixed}: ${summary}; ${url}`]];
}

function rateRow({ growth }: Finding): (readonly [string, string])[] {
  if (growth.bytesPerMinute === null || growth.objectsPerMinute === null) return [];
  return [
    [
      'rate',
      `${bytesText(growth.bytesPerMinute)} and ${numberText(growth.objectsPerMinute)} objects per minute`,
    ],
  ];
}

const shareText = (share: number | null) =>
  share === null || share < 0.01 ? '' : ` (${Math.round(share * 100)} % of the heap's growth)`;

const packageText = (name: string, version: string | null) =>
  version === null ? name : `${name} ${version}`;

function footer(report: Report, paint: Paint, width: number): string {
  const lines = report.reasons.flatMap((reason) => wrapText(reason, width));
  const heap = heapText(report.snapshots);
  const time = `${countText(report.snapshots.length, 'snapshot')} analyzed in ${durationText(report.elapsedMs)}`;
  return paint.dim([...lines, [heap, time].filter((text) => text !== '').join('; ')].join('\n'));
}

function heapText(snapshots: readonly SnapshotSummary[]): string {
  return snapshots.length === 0
    ? ''
    : `heap ${snapshots.map(({ heapBytes }) => bytesText(heapBytes)).join(' → ')}`;
}
