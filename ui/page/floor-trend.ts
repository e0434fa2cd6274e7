import type { Report } from '../../analyzer/report.ts';
import type { Points, ProcessOverview, Timeline } from '../api.ts';
import { bytes, dateAndClock, forecast, signed } from './format.ts';

/**
 * The timeline with the line along which the heap floor rises: as steep as its outlook says, through the middle of the
 * floor's points (the median of their distances from a line of that slope through zero).
 */
export function withFloorTrend(timeline: Timeline, bytesPerMinute: number): Timeline {
  const { floor } = timeline.series;
  if (!floor || floor.x.length < 2) return timeline;
  const [first, last] = [floor.x[0], floor.x.at(-1)!];
  const riseAt = (at: number) => ((at - first) / 60_000) * bytesPerMinute;
  const offset = median(floor.x.map((at, i) => (floor.y[i] ?? 0) - riseAt(at)));
  const floorTrend: Points = { x: [first, last], y: [offset, offset + riseAt(last)] };
  return { ...timeline, series: { ...timeline.series, floorTrend } };
}

/** The timeline with a line where the heap must end. */
export function withHeapLimit(timeline: Timeline, limitBytes: number): Timeline {
  const { from, to, series } = timeline;
  const heapLimit: Points = { x: [from, to], y: [limitBytes, limitBytes] };
  return { ...timeline, series: { ...series, heapLimit } };
}

/**
 * Where the floor is going, in a sentence; empty when it stays where it is. A time to the limit is told once: a verdict of a leak
 * tells it from what the leaks gain, and one that found nothing has none to tell.
 * @param report the verdict on this process; null as long as there is none
 */
export function outlookText(process: ProcessOverview, report: Report | null): string {
  const { outlook, lastSeenAt, heapLimitBytes, state } = process;
  if (!outlook) return '';
  const bytesPerMinute = report?.memory?.floorBytesPerMinute ?? outlook.bytesPerMinute;
  const rate = `${signed(bytesPerMinute, bytes)} a minute`;
  if (bytesPerMinute <= 0) return `The floor of the heap falls: ${rate}.`;
  const rises = `The floor of the heap rises, ${rate}`;
  if (report && report.verdict !== 'unknown') return `${rises}${BESIDE_VERDICT[report.verdict]}.`;
  const untilLimitMs = report?.memory
    ? report.memory.timeToHeapLimitMs
    : outlook.limitAt && outlook.limitAt - lastSeenAt;
  if (untilLimitMs === null || untilLimitMs > YEAR_MS) return `${rises}.`;
  const verb = state === 'running' ? 'meets' : 'would have met';
  return `${rises}: at this pace it ${verb} the limit of ${bytes(heapLimitBytes)} in ${forecast(untilLimitMs)}, on ${dateAndClock(lastSeenAt + untilLimitMs)}.`;
}

/** A limit further away than this is none to speak of. */
const YEAR_MS = 365 * 24 * 3_600_000;

const BESIDE_VERDICT = {
  leak: ', by all that stays, leak or not; the pace in the verdict is of the leaks alone',
  clean: ', but nothing was found that goes on growing',
} as const;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
