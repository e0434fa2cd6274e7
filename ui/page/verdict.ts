import type { ProcessSummary, Report } from '../../analyzer/report.ts';
import type { RunOverview } from '../api.ts';
import { el, prose } from './dom.ts';
import { figure } from './figure.ts';
import { bytes, count, duration, forecast, signed } from './format.ts';

const NO_VERDICT: Readonly<Record<RunOverview['status'], readonly [string, string]>> = {
  waiting: ['Waiting for the application', 'The charts start with its first sample, a second after it does.'],
  reading: ['Reading the recording', 'The charts fill up while it is read.'],
  recording: ['Watching', 'The verdict comes when the run is over.'],
  analyzing: ['Analyzing the snapshots', 'The application has ended; this takes a few seconds.'],
  finished: ['Recorded, not analyzed', 'This run has no report; the recording is below.'],
};

const ONLY_SNAPSHOTS = ['Not analyzed', 'The snapshots can be looked into on the screens above.'] as const;

const NOTHING = [
  'Nothing was recorded',
  'The folder of this run holds no recording: the application did not start, or ended before its first sample. Start it again with `leakwatch run`.',
] as const;

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
  { status, report, processes, hasSnapshots, analysis: { isRunning } }: RunOverview,
  analysis: HTMLElement | null,
): HTMLElement {
  if (report) return reportedVerdict(report, processes.length > 1, analysis);
  const hasRecording = status !== 'finished' || processes.length > 0;
  const unrecorded = hasSnapshots ? ONLY_SNAPSHOTS : NOTHING;
  const [title, explanation] = isRunning ? JUDGING : hasRecording ? NO_VERDICT[status] : unrecorded;
  return el(
    'section',
    { class: 'verdict', 'data-verdict': 'none', 'aria-labelledby': 'verdict-title' },
    el('h1', { id: 'verdict-title' }, title),
    el('p', { class: 'lead' }, prose(explanation)),
    analysis,
  );
}

function reportedVerdict(report: Report, isOneOfMany: boolean, analysis: HTMLElement | null): HTMLElement {
  const { process } = report;
  return el(
    'section',
    { class: 'verdict', 'data-verdict': report.verdict, 'aria-labelledby': 'verdict-title' },
    el('p', { class: 'eyebrow' }, VERDICT_NAMES[report.verdict], isOneOfMany && process && whose(process)),
    el('h1', { id: 'verdict-title' }, prose(report.headline)),
    report.reasons.length > 0 &&
      el('ul', { class: 'reasons' }, ...report.reasons.map((reason) => el('li', {}, prose(reason)))),
    figures(report),
    analysis,
  );
}

/** Of which process the verdict is. */
function whose({ pid, threadId }: ProcessSummary): string {
  return ` · process ${pid}${threadId > 0 ? `, thread ${threadId}` : ''}`;
}

function figures(report: Report): HTMLElement {
  const { memory, snapshots, comparability } = report;
  return el(
    'dl',
    { class: 'figures' },
    ...rates(report),
    memory && figure('Major collections', count(memory.majorCollections)),
    snapshots.length > 0 && figure('Snapshots compared', count(snapshots.length), comparability.sentence),
    memory && figure('Observed', duration(memory.durationMs)),
  );
}

/**
 * What the recording tells about growth; nothing for what it does not tell. The time to the limit is in the headline of a leak,
 * from what the leaks gain, and nothing to speak of where none was found.
 */
function rates({ memory, verdict }: Report): HTMLElement[] {
  if (!memory) return [];
  const { floorBytesPerMinute, timeToHeapLimitMs, rssBytesPerMinute } = memory;
  return [
    ...(floorBytesPerMinute === null
      ? []
      : [figure('Heap floor', perMinute(floorBytesPerMinute), FLOOR_MEANS)]),
    ...(timeToHeapLimitMs === null || verdict !== 'unknown'
      ? []
      : [figure('Until the heap limit', forecast(timeToHeapLimitMs))]),
    ...(rssBytesPerMinute === null ? [] : [figure('RSS', perMinute(rssBytesPerMinute))]),
  ];
}

const FLOOR_MEANS =
  'What major collections leave, in the second half of the recording: all that stays, leak or not';

function perMinute(value: number): string {
  return `${signed(value, bytes)}/min`;
}
