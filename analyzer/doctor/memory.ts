import { bytesText, durationText } from '../render/units.ts';
import { isFlat, memoryTrend } from '../series/memory-trend.ts';
import { slopeInterval } from '../series/slope-interval.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';
import type { Vitals } from './vitals.ts';

// The collector needs some room to work in.
const NEAR_LIMIT = 0.85;

// A floor that certainly rises, and by so much, is more than what a program learns while it runs.
const MIN_GAIN_SHARE = 0.2;
const MIN_GAIN_BYTES = 8 * 1024 * 1024;

/** Whether memory grows beyond what warm-up explains, or comes near its limit. */
export const memory: Examiner = {
  area: 'memory',
  examine(vitals) {
    const { samples, isTooShort, header, recording } = vitals;
    const last = samples.at(-1);
    if (isTooShort || last === undefined) return unknown('The recording is too short.');
    const floors = floorsOf(vitals);
    const floorBytes = floors.at(-1)?.y;
    const advice = ['`leakwatch run`, or three heap snapshots, say what holds it and in which line.'];
    if (floorBytes !== undefined && floorBytes >= NEAR_LIMIT * header.heapLimitBytes)
      return {
        state: 'ill',
        summary: `The heap is nearly full: ${bytesText(floorBytes)} of ${bytesText(header.heapLimitBytes)} stay in use after a collection.`,
        evidence: [`heap limit ${bytesText(header.heapLimitBytes)}`],
        advice: [...advice, 'If all of it is needed, raise --max-old-space-size.'],
      };
    if (header.memoryLimitBytes !== null && last.rssBytes >= NEAR_LIMIT * header.memoryLimitBytes)
      return {
        state: 'ill',
        summary: `The process is near its container's limit: ${bytesText(last.rssBytes)} of ${bytesText(header.memoryLimitBytes)}.`,
        evidence: [
          `${bytesText(last.heapUsedBytes)} of it are heap in use, ${bytesText(last.externalBytes)} lie outside the heap`,
        ],
        advice,
      };
    const later = floors.slice(Math.floor(floors.length / 2));
    const interval = slopeInterval(later);
    const spanMs = later.length === 0 ? 0 : later[later.length - 1].x - later[0].x;
    const gainBytes = (interval?.low ?? 0) * spanMs;
    if (floorBytes !== undefined && gainBytes >= Math.max(MIN_GAIN_BYTES, MIN_GAIN_SHARE * later[0].y))
      return {
        state: 'ill',
        summary: `Memory grows: what stays after collections rose by at least ${bytesText(gainBytes)} in the last ${durationText(spanMs)}.`,
        evidence: [
          `${floors.length} major collections, ${bytesText(floors[0].y)} in use after the first and ${bytesText(floorBytes)} after the last`,
        ],
        advice,
      };
    if (interval === null && !isFlat(recording) && isClimbing(vitals))
      return unknown('Memory rose, and there were too few major collections to tell a leak from warm-up.');
    const { majorCollections } = memoryTrend(recording);
    return healthy(
      `${bytesText(last.heapUsedBytes)} of heap and ${bytesText(last.rssBytes)} RSS at the end, no growth beyond warm-up in ${majorCollections} major collections.`,
    );
  },
};

function floorsOf({ collections }: Vitals): { readonly x: number; readonly y: number }[] {
  return collections.flatMap(({ atMs, heapUsedAfterBytes }) =>
    heapUsedAfterBytes === undefined ? [] : [{ x: atMs, y: heapUsedAfterBytes }],
  );
}

/** Whether the least memory of the last third is plainly more than that of the one before. */
function isClimbing({ samples }: Vitals): boolean {
  const third = Math.floor(samples.length / 3);
  const least = (from: number, to?: number) =>
    Math.min(
      ...samples.slice(from, to).map(({ heapUsedBytes, externalBytes }) => heapUsedBytes + externalBytes),
    );
  const before = least(third, 2 * third);
  return least(2 * third) - before >= Math.max(MIN_GAIN_BYTES, MIN_GAIN_SHARE * before);
}
