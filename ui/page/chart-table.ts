import type { Timeline } from '../api.ts';
import type { ChartSpec, SeriesSpec } from './chart-specs.ts';
import { el } from './dom.ts';
import { dateAndClock } from './format.ts';
import { valueNear } from './points.ts';

const ROWS = 24;

/** The chart as a table, for screen readers and for copying; filled only while it is open. */
export function chartTable(spec: ChartSpec) {
  const body = el('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': `${spec.title}, table`,
  });
  const element = el('details', { class: 'as-table' }, el('summary', {}, `${spec.title} as a table`), body);
  let latest: { timeline: Timeline; series: readonly SeriesSpec[] } | null = null;
  const fill = () => {
    if (element.open && latest) body.replaceChildren(tableOf(spec, latest.timeline, latest.series));
  };
  element.addEventListener('toggle', fill);
  return {
    element,
    show(timeline: Timeline, series: readonly SeriesSpec[]): void {
      latest = { timeline, series };
      fill();
    },
  };
}

function tableOf(spec: ChartSpec, timeline: Timeline, series: readonly SeriesSpec[]): HTMLTableElement {
  const stepMs = (timeline.to - timeline.from) / (ROWS - 1);
  const times = Array.from({ length: ROWS }, (_, i) => timeline.from + i * stepMs);
  const cell = (name: SeriesSpec['name'], at: number) => {
    const value = valueNear(timeline.series[name]!, at);
    return el('td', {}, value === null ? '–' : spec.format(value));
  };
  return el(
    'table',
    {},
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, 'Time'),
        ...series.map(({ label }) => el('th', { scope: 'col' }, label)),
      ),
    ),
    el(
      'tbody',
      {},
      ...times.map((at) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, dateAndClock(at)),
          ...series.map(({ name }) => cell(name, at)),
        ),
      ),
    ),
  );
}
