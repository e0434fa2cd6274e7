import type { Points } from '../api.ts';
import { svg } from './dom.ts';

const WIDTH = 120;
const HEIGHT = 32;
const MARGIN = 3;

/** A small line without axes, from zero upwards. @param label what it shows, for those who cannot see it */
export function sparkline(points: Points, label: string): SVGSVGElement {
  const frame = frameOf(points.x, points.y);
  const picture = emptyPicture(label);
  for (const run of runsOf(points)) {
    const line = run.map((i) => `${frame.x(points.x[i])},${frame.y(points.y[i]!)}`).join(' ');
    picture.append(svg('polyline', { points: line, class: 'spark-line' }));
  }
  return picture;
}

/** One dot per snapshot, joined; from zero upwards. */
export function growthLine(values: readonly number[], label: string): SVGSVGElement {
  const places = values.map((_, i) => i);
  const frame = frameOf(places, values);
  const corners = places.map((i) => `${frame.x(i)},${frame.y(values[i])}`);
  const picture = emptyPicture(label);
  if (values.length > 1) {
    const base = HEIGHT - MARGIN;
    const area = [`${frame.x(0)},${base}`, ...corners, `${frame.x(values.length - 1)},${base}`];
    picture.append(svg('polygon', { points: area.join(' '), class: 'spark-area' }));
  }
  picture.append(svg('polyline', { points: corners.join(' '), class: 'spark-line' }));
  picture.append(...places.map((i) => dot(frame.x(i), frame.y(values[i]))));
  return picture;
}

/** A stroke without length, because a circle would be stretched with the picture. */
function dot(x: number, y: number): SVGElement {
  return svg('path', { d: `M${x} ${y}h0`, class: 'spark-dot' });
}

function emptyPicture(label: string): SVGSVGElement {
  return svg('svg', {
    class: 'sparkline',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  });
}

function frameOf(x: readonly number[], y: readonly (number | null)[]) {
  const left = x[0] ?? 0;
  const span = (x.at(-1) ?? 0) - left || 1;
  const top = Math.max(...y.map((value) => value ?? 0), 0) || 1;
  return {
    x: (value: number) => rounded(MARGIN + ((value - left) / span) * (WIDTH - 2 * MARGIN)),
    y: (value: number) => rounded(HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN)),
  };
}

/** Stretches without a gap, as indices. */
function runsOf({ y }: Points): number[][] {
  const runs: number[][] = [[]];
  for (let i = 0; i < y.length; i++) {
    if (y[i] === null) runs.push([]);
    else runs.at(-1)!.push(i);
  }
  return runs.filter((run) => run.length > 0);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
