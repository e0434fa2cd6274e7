import { Chart, Filler, LineController, LineElement, LinearScale, PointElement } from 'chart.js';
import type { ChartDataset, Plugin, Scale } from 'chart.js';
import type { Points, Timeline } from '../api.ts';
import type { ChartSpec, SeriesSpec } from './chart-specs.ts';
import { chartTable } from './chart-table.ts';
import { button, el } from './dom.ts';
import { valueNear } from './points.ts';
import { colour } from './theme.ts';
import { timeLabel, timeTicks } from './time-axis.ts';
import type { TimeView } from './time-view.ts';

Chart.register(Filler, LineController, LineElement, LinearScale, PointElement);

/** Same for all charts, so that their time axes lie under one another. */
export const AXIS_WIDTH = 68;
const TICK_WIDTH = 92;
const RIGHT_MARGIN = 30;

type Dot = { x: number; y: number | null };
type Drawing = Chart<'line', Dot[]>;

/** One chart with its legend and table. */
export interface TimeChart {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Draws new data over the span. */
  show(timeline: Timeline, view: TimeView): void;
  /** Moves to another span whose data is still to come; a chart out of sight waits for that. */
  move(view: TimeView): void;
  /** Draws the crosshair at the time and puts the values there into the legend; null takes it away. */
  point(at: number | null): void;
  /** The time under a horizontal place in the canvas. */
  timeAt(pixel: number): number;
  recolour(): void;
}

export function timeChart(spec: ChartSpec): TimeChart {
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  const legend = el('div', { class: 'legend', role: 'group', 'aria-label': `Lines of ${spec.title}` });
  const table = chartTable(spec);
  const title = `chart-${spec.id}`;
  const element = el(
    'figure',
    { class: 'chart', 'aria-labelledby': title, 'data-chart': spec.id },
    el('figcaption', {}, el('h3', { id: title }, spec.title), legend),
    el('div', { class: 'canvas' }, canvas),
    table.element,
  );
  const overlay: Overlay = { crosshairAt: null, snapshotsAt: [], crosshairColour: '', snapshotColour: '' };
  let drawing: Drawing | null = null; // made when there is something to draw
  const hidden = new Map<string, boolean>();
  let span: TimeView = { from: 0, to: 1 };
  let shown: { timeline: Timeline; series: readonly SeriesSpec[] } | null = null;

  const draw = () => {
    if (!shown) return;
    const { timeline, series } = shown;
    overlay.crosshairColour = colour('--muted');
    overlay.snapshotColour = colour('--accent');
    const visible = series.filter(({ name, hidden: atFirst }) => !(hidden.get(name) ?? atFirst ?? false));
    const datasets = visible.map((one) => dataset(one, timeline.series[one.name]!));
    if (drawing) {
      drawing.data.datasets = datasets;
      update(drawing, span);
    } else drawing = newDrawing(canvas, { spec, overlay, datasets, span });
  };
  const drawLegend = () => {
    legend.replaceChildren(
      ...(shown?.series ?? []).map((one) =>
        legendEntry(one, !(hidden.get(one.name) ?? one.hidden ?? false), (visible) => {
          hidden.set(one.name, !visible);
          draw();
        }),
      ),
    );
  };

  return {
    element,
    canvas,
    show(timeline, view) {
      const series = spec.series(timeline);
      const same = shown?.series.map(({ name }) => name).join() === series.map(({ name }) => name).join();
      shown = { timeline, series };
      overlay.snapshotsAt = timeline.markers.filter(({ kind }) => kind === 'snapshot').map(({ at }) => at);
      element.hidden = series.length === 0;
      span = view;
      if (!same) drawLegend();
      if (series.length > 0) draw();
      table.show(timeline, series);
    },
    move(view) {
      span = view;
      if (drawing && isInSight(element)) update(drawing, span);
    },
    point(at) {
      overlay.crosshairAt = at;
      drawing?.draw();
      for (const [i, one] of (shown?.series ?? []).entries()) {
        const value = at === null ? null : valueNear(shown!.timeline.series[one.name]!, at);
        legend.children[i].querySelector('output')!.textContent = value === null ? '' : spec.format(value);
      }
    },
    timeAt: (pixel) => drawing?.scales.x.getValueForPixel(pixel) ?? span.from,
    recolour() {
      if (!drawing) return;
      for (const axis of Object.values(drawing.options.scales!)) {
        axis!.grid!.color = colour('--grid');
        axis!.ticks!.color = colour('--muted');
      }
      draw();
    },
  };
}

/** What is drawn over the lines. */
interface Overlay {
  crosshairAt: number | null;
  snapshotsAt: readonly number[];
  crosshairColour: string;
  snapshotColour: string;
}

/** Whether any of it is on the screen now. */
export function isInSight(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function update(drawing: Drawing, { from, to }: TimeView): void {
  const axis = drawing.options.scales!.x!;
  axis.min = from;
  axis.max = to;
  drawing.update('none');
}

interface Content {
  readonly spec: ChartSpec;
  readonly overlay: Overlay;
  readonly datasets: ChartDataset<'line', Dot[]>[];
  readonly span: TimeView;
}

function newDrawing(canvas: HTMLCanvasElement, { spec, overlay, datasets, span }: Content): Drawing {
  return new Chart<'line', Dot[]>(canvas, {
    type: 'line',
    data: { datasets },
    plugins: [overlayPlugin(overlay)],
    options: {
      animation: false,
      events: [],
      maintainAspectRatio: false,
      normalized: true,
      parsing: false,
      layout: { padding: { right: RIGHT_MARGIN, top: 6 } },
      scales: {
        x: {
          type: 'linear',
          min: span.from,
          max: span.to,
          grid: { color: colour('--grid'), drawTicks: false },
          border: { display: false },
          afterBuildTicks: (axis) => {
            const most = Math.max(2, axis.width / TICK_WIDTH);
            axis.ticks = timeTicks(axis.min, axis.max, most).map((value) => ({ value }));
          },
          ticks: {
            autoSkip: false,
            maxRotation: 0,
            padding: 8,
            callback: timeTickLabel,
            color: colour('--muted'),
          },
        },
        y: {
          type: 'linear',
          beginAtZero: true,
          grid: { color: colour('--grid'), drawTicks: false },
          border: { display: false },
          afterFit: (axis) => void (axis.width = AXIS_WIDTH),
          ticks: {
            maxTicksLimit: 5,
            padding: 8,
            callback: (value) => spec.format(Number(value)),
            color: colour('--muted'),
          },
        },
      },
    },
  });
}

function timeTickLabel(this: Scale, value: number | string): string {
  return timeLabel(Number(value), this.min, this.max);
}

function dataset({ look, colour: name }: SeriesSpec, points: Points): ChartDataset<'line', Dot[]> {
  const line = colour(name);
  const data = look === 'stems' ? stems(points) : points.x.map((at, i) => ({ x: at, y: points.y[i] }));
  return {
    type: 'line',
    data,
    borderColor: line,
    borderDash: look === 'dashed-line' ? [6, 5] : [],
    borderWidth: look === 'dotted-line' || look === 'stems' ? 2 : 1.5,
    pointRadius: look === 'dotted-line' && data.length < 80 ? 2.5 : 0,
    pointBackgroundColor: line,
    fill: look === 'area' ? 'origin' : false,
    backgroundColor: line.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)'),
  };
}

/** A line from the axis up to each point: one path, where a thousand bars would be as many shapes. */
function stems({ x, y }: Points): Dot[] {
  return x.flatMap((at, i) => [
    { x: at, y: 0 },
    { x: at, y: y[i] },
    { x: at, y: null },
  ]);
}

function legendEntry(spec: SeriesSpec, visible: boolean, onToggle: (visible: boolean) => void): HTMLElement {
  const swatch = el('i', { class: 'swatch', 'aria-hidden': 'true' });
  swatch.style.background = `var(${spec.colour})`;
  const entry = button('', { 'aria-pressed': String(visible) }, () => {
    const now = entry.getAttribute('aria-pressed') !== 'true';
    entry.setAttribute('aria-pressed', String(now));
    onToggle(now);
  });
  entry.append(swatch, spec.label, el('output', {}));
  return entry;
}

function overlayPlugin(overlay: Overlay): Plugin<'line'> {
  return {
    id: 'overlay',
    beforeDatasetsDraw(chart) {
      for (const at of overlay.snapshotsAt) verticalLine(chart, at, overlay.snapshotColour, [3, 4]);
    },
    afterDraw(chart) {
      if (overlay.crosshairAt !== null) verticalLine(chart, overlay.crosshairAt, overlay.crosshairColour, []);
    },
  };
}

function verticalLine(
  { ctx, chartArea, scales }: Chart,
  at: number,
  strokeStyle: string,
  dashes: number[],
): void {
  const x = Math.round(scales.x.getPixelForValue(at)) + 0.5;
  if (x < chartArea.left || x > chartArea.right) return;
  ctx.save();
  ctx.strokeStyle = strokeStyle;
  ctx.lineWidth = 1;
  ctx.setLineDash(dashes);
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.restore();
}
