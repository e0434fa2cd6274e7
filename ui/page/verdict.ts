import type { MemoryTrend, Report } from '../../analyzer/report.ts';
import type { RunOverview } from '../api.ts';
import { el, prose } from './dom.ts';
import { figure } from './figure.ts';
import { bytes, count, duration, signed } from './format.ts';

const NO_VERDICT: Readonly<Record<RunOverview['status'], readonly [string, string]>> = {
  waiting: ['Waiting for the application', 'The charts start with its first sample, a second after it does.'],
  reading: ['Reading the recording', 'The charts fill up while it is read.'],
  recording: ['Watching', 'The verdict comes when the run is over.'],
  analyzing: ['Analyzing the snapshots', 'The application has ended; this takes a few seconds.'],
  finished: ['Recorded, not analyzed', 'This run has no report; the recording is below.'],
};

const ONLY_SNAPSHOTS = ['Not analyzed', 'The snapshots can be looked into on the screens above.'] as const;

const JUDGING = [
  'Analyzing the snapshots',
  'The verdict comes when they are read; everything else can be looked at meanwhile.',
] as const;

const VERDICT_NAMES = { leak: 'Leak', clean: 'Clean', unknown: 'Could not tell' } as const;

/**
 * Is something wrong, in one sentence, and the figures behind it.
 * @param analysis what starts the judging or tells how far it is; null when there is nothing to judge
 */
export function verdictSection(
  { status, report, processes, analysis: { isRunning } }: RunOverview,
  analysis: HTMLElement | null,
): HTMLElement {
  if (report) return reportedVerdict(report, analysis);
  const hasOnlySnapshots = status === 'finished' && processes.length === 0;
  const [title, explanation] = isRunning ? JUDGING : hasOnlySnapshots ? ONLY_SNAPSHOTS : NO_VERDICT[status];
  return el(
    'section',
    { class: 'verdict', 'data-verdict': 'none', 'aria-labelledby': 'verdict-title' },
    el('h1', { id: 'verdict-title' }, title),
    el('p', { class: 'lead' }, explanation),
    analysis,
  );
}

function reportedVerdict(report: Report, analysis: HTMLElement | null): HTMLElement {
  return el(
    'section',
    { class: 'verdict', 'data-verdict': report.verdict, 'aria-labelledby': 'verdict-title' },
    el('p', { class: 'eyebrow' }, VERDICT_NAMES[report.verdict]),
    el('h1', { id: 'verdict-title' }, prose(report.headline)),
    report.reasons.length > 0 &&
      el('ul', { class: 'reasons' }, ...report.reasons.map((reason) => el('li', {}, prose(reason)))),
    figures(report),
    analysis,
  );
}

function figures(report: Report): HTMLElement {
  const { memory, snapshots, comparability } = report;
  return el(
    'dl',
    { class: 'figures' },
    ...rates(memory),
    memory && figure('Major collections', count(memory.majorCollections)),
    snapshots.length > 0 && figure('Snapshots compared', count(snapshots.length), comparability.sentence),
    memory && figure('Observed', duration(memory.durationMs)),
  );
}

/** What the recording tells about growth; nothing for what it does not tell. */
function rates(memory: MemoryTrend | null): HTMLElement[] {
  if (!memory) return [];
  const { floorBytesPerMinute, timeToHeapLimitMs, rssBytesPerMinute } = memory;
  return [
    ...(floorBytesPerMinute === null ? [] : [figure('Heap floor', perMinute(floorBytesPerMinute))]),
    ...(timeToHeapLimitMs === null ? [] : [figure('Until the heap limit', duration(timeToHeapLimitMs))]),
    ...(rssBytesPerMinute === null ? [] : [figure('RSS', perMinute(rssBytesPerMinute))]),
  ];
}

function perMinute(value: number): string {
  return `${signed(value, bytes)}/min`;
}
