import type { Report } from '../../analyzer/report.ts';
import type { Marker, ProcessOverview, Timeline } from '../api.ts';
import { isInSight, timeChart } from './chart.ts';
import type { TimeChart } from './chart.ts';
import { addGestures } from './chart-gestures.ts';
import { CHARTS } from './chart-specs.ts';
import { button, el } from './dom.ts';
import { outlookText, withFloorTrend, withHeapLimit } from './floor-trend.ts';
import { markerStrip } from './marker-strip.ts';
import { heapAddress, stallAddress } from './route.ts';
import { snapshotAction } from './snapshot-action.ts';
import type { RunSource } from './source.ts';
import { panned, withinRecording, zoomed } from './time-view.ts';
import type { TimeView } from './time-view.ts';

/** Two points for every third pixel are about what can be told apart, and what can be moved smoothly. */
const PIXELS_PER_BUCKET = 3;

/** While the view keeps moving, what is there is moved; the exact points are asked for when it rests. */
const SETTLE_MS = 80;

/** All charts of one process over one shared span of time. */
export interface TimelinePanel {
  readonly element: HTMLElement;
  /** The process to show, with the verdict when it is on this one; asks for its series. */
  show(process: ProcessOverview, report: Report | null): void;
  recolour(): void;
}

export function timelinePanel(source: RunSource): TimelinePanel {
  let whole: TimeView = { from: 0, to: 1 };
  let view: TimeView | null = null;
  let shownProcess = '';
  let timeline: Timeline | null = null;
  let asked = new AbortController();
  let drawing = new AbortController();
  let rise: number | null = null;
  let heapLimitBytes = 0;
  let moving = 0;
  let loading = false;
  let loadAgain = false;

  const charts = CHARTS.map(timeChart);
  const markers = markerStrip(
    (marker) => pointAt(marker.at),
    (marker) => moreAbout(marker, shownProcess, source.heap !== null),
  );
  const title = el('h2', { id: 'timeline-title' }, 'Timeline');
  const snapshot = snapshotAction(source.actions);
  const outlook = el('p', { class: 'outlook', hidden: true });
  const element = el(
    'section',
    { class: 'panel timeline', 'aria-labelledby': 'timeline-title' },
    el(
      'header',
      {},
      title,
      snapshot.element,
      toolbar((change) => go(change(view ?? whole))),
    ),
    outlook,
    markers.element,
    el('div', { class: 'charts' }, ...charts.map((chart) => chart.element)),
  );

  const pointAt = (at: number | null) => charts.forEach((chart) => chart.point(at));
  const drawMarkers = () => {
    if (timeline) markers.show(timeline.markers, view ?? whole);
  };
  /** Asks for the series once more when the last answer has come; a new view does not wait for it. */
  const reload = () => {
    loadAgain = loading;
    if (!loading) void load();
  };
  const load = async () => {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const buckets = Math.ceil((element.clientWidth || 800) / PIXELS_PER_BUCKET);
    const request = { process: shownProcess, from: view?.from ?? null, to: view?.to ?? null, buckets };
    loading = true;
    const answer = await source.timeline(request, signal).catch(() => null);
    if (signal.aborted) return;
    loading = false;
    if (loadAgain) reload();
    if (!answer) return;
    timeline = withHeapLimit(rise === null ? answer : withFloorTrend(answer, rise), heapLimitBytes);
    drawMarkers();
    drawing.abort();
    drawing = new AbortController();
    drawInTurn(charts, (chart) => chart.show(timeline!, view ?? whole), drawing.signal);
  };
  const go = (next: TimeView | null) => {
    view = next && withinRecording(next, whole);
    for (const chart of charts) chart.move(view ?? whole);
    drawMarkers();
    clearTimeout(moving);
    moving = setTimeout(() => void load(), SETTLE_MS);
  };
  for (const chart of charts) addGestures(chart, { view: () => view ?? whole, go, point: pointAt });

  return {
    element,
    show(process, report) {
      rise = process.outlook?.bytesPerMinute ?? null;
      heapLimitBytes = process.heapLimitBytes;
      outlook.textContent = outlookText(process, report);
      outlook.hidden = outlook.textContent === '';
      const isOther = process.id !== shownProcess;
      if (isOther) view = null;
      shownProcess = process.id;
      whole = { from: process.startedAt, to: Math.max(process.lastSeenAt, process.startedAt + 1000) };
      title.textContent = `Timeline of ${process.pid}${process.threadId > 0 ? `, thread ${process.threadId}` : ''}`;
      snapshot.show(process.state === 'running' ? process.id : null);
      if (isOther) void load();
      else reload();
    },
    recolour: () => charts.forEach((chart) => chart.recolour()),
  };
}

/** Those in sight at once, the others in the next frames one by one: what the reader looks at does not wait for the rest. */
function drawInTurn(
  charts: readonly TimeChart[],
  draw: (chart: TimeChart) => void,
  signal: AbortSignal,
): void {
  const later = charts.filter((chart) => !isInSight(chart.element));
  for (const chart of charts) if (!later.includes(chart)) draw(chart);
  const next = () => {
    const chart = signal.aborted ? undefined : later.shift();
    if (!chart) return;
    draw(chart);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

/** Where a marker leads. */
function moreAbout({ kind, at, file }: Marker, process: string, hasSnapshots: boolean) {
  if (kind === 'stall') return { text: 'Look at the stall', address: stallAddress({ process, at }) };
  if (kind === 'snapshot' && file !== undefined && hasSnapshots)
    return { text: 'Look into the snapshot', address: heapAddress('objects', { file }) };
  return null;
}

function toolbar(go: (change: (view: TimeView) => TimeView | null) => void): HTMLElement {
  const tool = (sign: string, label: string, change: (view: TimeView) => TimeView | null) =>
    button(sign, { class: 'quiet', 'aria-label': label, title: label }, () => go(change));
  return el(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'Time shown' },
    tool('←', 'Earlier', (view) => panned(view, -0.25)),
    tool('→', 'Later', (view) => panned(view, 0.25)),
    tool('+', 'Zoom in', (view) => zoomed(view, 0.5)),
    tool('−', 'Zoom out', (view) => zoomed(view, 2)),
    tool('Whole run', 'Show the whole run', () => null),
  );
}
