import pc from 'picocolors';
import { functionWord } from '../detectors/words.ts';
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
    ['where', culprit.location ? locationText(culprit.location) : 'nothing tells the line'],
    ...culprit.sites
      .filter((site) => site.role === 'added' || site.role === 'created')
      .map((site) => [SITE_LABELS[site.role], `${locationText(site.location)} (${site.what})`] as const),
    ...allocationRows(finding),
    ['whose', culprit.package ? packageText(culprit.package.name, culprit.package.version) : 'application'],
    ...knownRow(finding),
    ['filled by', `${growth.what}: ${growth.objects.map(numberText).join(' → ')}`],
    ...heldRow(finding),
    ...rateRow(finding),
    ...freedRow(finding),
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

/** `handle` (app.js:12:3), 83 % of it by the heap profile */
function allocationRows({ allocatedBy = [] }: Finding): (readonly [string, string])[] {
  return allocatedBy.map(({ functionName, location, share }, index) => [
    index === 0 ? 'made by' : '',
    `${functionWord(functionName)} (${locationText(location)}), ` +
      `${Math.round(share * 100)} % of it by the heap profile`,
  ]);
}

function rateRow(finding: Finding): (readonly [string, string])[] {
  const { growth } = finding;
  if (growth.bytesPerMinute === null || growth.objectsPerMinute === null) return [];
  const { bytesPerRequest, timeToHeapLimitMs } = growth;
  const request = bytesPerRequest === undefined ? '' : `, ${bytesText(bytesPerRequest)} per request`;
  const until =
    timeToHeapLimitMs === undefined ? '' : `; alone it fills the heap in ${durationText(timeToHeapLimitMs)}`;
  const objects = `${numberText(growth.objectsPerMinute)} ${holdsBytes(finding) ? 'objects' : growth.what} per minute`;
  const bytes = holdsBytes(finding) ? `${bytesText(growth.bytesPerMinute)} and ` : '';
  return [['rate', `${bytes}${objects}${request}${until}`]];
}

/** What is open is no memory. */
const holdsBytes = ({ growth }: Finding) => growth.bytes.some((bytes) => bytes > 0);

function heldRow(finding: Finding): (readonly [string, string])[] {
  const { bytes, shareOfHeapGrowth } = finding.growth;
  if (!holdsBytes(finding)) return [];
  return [['holds', `${bytes.map(bytesText).join(' → ')}${shareText(shareOfHeapGrowth)}`]];
}

function freedRow({ growth: { bytesFreed, bytes } }: Finding): (readonly [string, string])[] {
  if (bytesFreed === undefined) return [];
  const isElsewhere = bytesFreed < HELD_ELSEWHERE * bytes[bytes.length - 1];
  return [
    [
      'if let go',
      `${bytesText(bytesFreed)} come back${isElsewhere ? '; the rest is held elsewhere, too' : ''}`,
    ],
  ];
}

const HELD_ELSEWHERE = 0.5; // of what hangs on it; less than the rest is worth a word

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
