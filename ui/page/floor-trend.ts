import type { Points, ProcessOverview, Timeline } from '../api.ts';
import { bytes, dateAndClock, duration, signed } from './format.ts';

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

/** Where the floor is going, in a sentence; empty when it stays where it is. */
export function outlookText({ outlook, lastSeenAt, heapLimitBytes, state }: ProcessOverview): string {
  if (!outlook) return '';
  const rate = `${signed(outlook.bytesPerMinute, bytes)} a minute`;
  if (outlook.limitAt === null) return `The floor of the heap falls: ${rate}.`;
  const leftMs = outlook.limitAt - lastSeenAt;
  const verb = state === 'running' ? 'meets' : 'would have met';
  return `The floor of the heap rises, ${rate}: at this pace it ${verb} the limit of ${bytes(heapLimitBytes)} in ${duration(leftMs)}, on ${dateAndClock(outlook.limitAt)}.`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
