import type { Points, Timeline } from '../api.ts';

/**
 * The timeline with the line along which the heap floor rises: as steep as the report says, through the middle of the
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
