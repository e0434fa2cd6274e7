import type { SeriesName, Timeline } from '../api.ts';
import { bytes, count, milliseconds, percent } from './format.ts';

/** One line, area or row of stems. */
export interface SeriesSpec {
  readonly name: SeriesName;
  readonly label: string;
  readonly colour: `--${string}`;
  readonly look: 'line' | 'area' | 'dotted-line' | 'dashed-line' | 'stems';
  readonly hidden?: boolean;
}

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  readonly format: (value: number) => string;
  readonly series: (timeline: Timeline) => readonly SeriesSpec[];
}

const PALETTE = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'] as const;
const MAX_DYNAMIC_SERIES = 8;

/** All charts of the timeline, in the order they are drawn. */
export const CHARTS: readonly ChartSpec[] = [
  {
    id: 'memory',
    title: 'Memory',
    format: bytes,
    series: fixed(
      { name: 'heapUsed', label: 'Heap used', colour: '--line-1', look: 'area' },
      { name: 'floor', label: 'Floor after major collections', colour: '--line-alarm', look: 'dotted-line' },
      { name: 'floorTrend', label: 'Trend of the floor', colour: '--line-alarm', look: 'dashed-line' },
      { name: 'heapLimit', label: 'Heap limit', colour: '--line-quiet', look: 'dashed-line', hidden: true },
      { name: 'rss', label: 'RSS', colour: '--line-2', look: 'line' },
      { name: 'heapTotal', label: 'Heap reserved', colour: '--line-quiet', look: 'line', hidden: true },
      { name: 'external', label: 'External', colour: '--line-3', look: 'line' },
      { name: 'arrayBuffers', label: 'Array buffers', colour: '--line-4', look: 'line', hidden: true },
    ),
  },
  {
    id: 'loop-delay',
    title: 'Event-loop delay',
    format: milliseconds,
    series: fixed(
      { name: 'loopMax', label: 'Max', colour: '--line-quiet', look: 'line' },
      { name: 'loopP99', label: 'p99', colour: '--line-4', look: 'line' },
      { name: 'loopP50', label: 'p50', colour: '--line-3', look: 'line' },
    ),
  },
  {
    id: 'gc',
    title: 'Garbage-collection pauses',
    format: milliseconds,
    series: fixed(
      { name: 'gc:major', label: 'Major', colour: '--line-alarm', look: 'stems' },
      { name: 'gc:minor', label: 'Minor', colour: '--line-1', look: 'stems' },
      { name: 'gc:incremental', label: 'Incremental', colour: '--line-3', look: 'stems' },
      { name: 'gc:weak-callbacks', label: 'Weak callbacks', colour: '--line-quiet', look: 'stems' },
    ),
  },
  {
    id: 'load',
    title: 'Utilization and CPU',
    format: percent,
    series: fixed(
      { name: 'utilization', label: 'Event loop busy', colour: '--line-1', look: 'area' },
      { name: 'cpuUser', label: 'CPU user', colour: '--line-4', look: 'line' },
      { name: 'cpuSystem', label: 'CPU system', colour: '--line-2', look: 'line' },
    ),
  },
  {
    id: 'requests',
    title: 'Requests a second',
    format: count,
    series: fixed(
      { name: 'requests', label: 'Answered', colour: '--line-1', look: 'area' },
      { name: 'requestErrors', label: 'Answered with an error', colour: '--line-alarm', look: 'line' },
    ),
  },
  {
    id: 'latency',
    title: 'Request latency',
    format: milliseconds,
    series: fixed(
      { name: 'latencyMax', label: 'Max', colour: '--line-quiet', look: 'line', hidden: true },
      { name: 'latencyP99', label: 'p99', colour: '--line-4', look: 'line' },
      { name: 'latencyP50', label: 'p50', colour: '--line-3', look: 'line' },
    ),
  },
  { id: 'spaces', title: 'Heap spaces', format: bytes, series: largest('space:') },
  { id: 'resources', title: 'Active resources', format: count, series: largest('resource:') },
];

function fixed(...series: SeriesSpec[]): ChartSpec['series'] {
  return (timeline) => series.filter(({ name }) => name in timeline.series);
}

/** The series of this prefix that reach highest, in the order of their names, so that colours stay. */
function largest(prefix: 'space:' | 'resource:'): ChartSpec['series'] {
  return ({ series }) => {
    const names = Object.keys(series).filter((name): name is SeriesName => name.startsWith(prefix));
    const top = (name: SeriesName) => Math.max(0, ...series[name]!.y.map((value) => value ?? 0));
    return names
      .filter((name) => top(name) > 0)
      .toSorted((one, other) => top(other) - top(one))
      .slice(0, MAX_DYNAMIC_SERIES)
      .toSorted()
      .map((name, i) => ({
        name,
        label: name.slice(prefix.length).replaceAll('_', ' '),
        colour: PALETTE[i % PALETTE.length],
        look: 'line',
      }));
  };
}
