import type { Recording, Sample } from '../../agent/recording.ts';
import type { Point } from './trend.ts';
import { median, theilSenSlope } from './trend.ts';
import { workBetween } from './work.ts';

/** What memory did between the last snapshot and the end of the recording. */
export interface Afterwards {
  /** Work in that time, as a share of the work between the first snapshot and the last. */
  readonly workShare: number;
  /** Bytes by which the heap's floor and what hangs on it outside rose. */
  readonly gainedBytes: number;
  /** Bytes by which the floor scatters around its trend. */
  readonly scatterBytes: number;
}

const MIN_FLOORS = 6; // after the last snapshot; fewer tell no trend

/**
 * @param times epoch milliseconds of the snapshots, ascending
 * @returns null when the recording ends too soon after the last one to tell
 */
export function afterwards(recording: Recording, times: readonly number[]): Afterwards | null {
  const last = times[times.length - 1];
  const end = recording.header.startedAt + (recording.entries.at(-1)?.atMs ?? 0);
  const work = times.length < 2 || end <= last ? null : workBetween(recording, [times[0], last, end]);
  if (work === null) return null;
  const fromMs = last - recording.header.startedAt;
  const floors = floorsSince(recording, fromMs);
  const slope = theilSenSlope(floors);
  if (floors.length < MIN_FLOORS || slope === null) return null;
  const middle = median(floors.map(({ x, y }) => y - slope * x));
  return {
    workShare: work[1] / work[0],
    gainedBytes: slope * (floors[floors.length - 1].x - floors[0].x),
    scatterBytes: median(floors.map(({ x, y }) => Math.abs(y - slope * x - middle))),
  };
}

/** A floor of the heap with the bytes outside it that the sample nearest before it saw. */
function floorsSince(recording: Recording, fromMs: number): Point[] {
  const floors: Point[] = [];
  let outside: Sample | null = null;
  for (const entry of recording.entries) {
    if (entry.type === 'sample') outside = entry;
    if (entry.type !== 'gc' || entry.heapUsedAfterBytes === undefined || entry.atMs <= fromMs) continue;
    floors.push({ x: entry.atMs, y: entry.heapUsedAfterBytes + (outside?.externalBytes ?? 0) });
  }
  return floors;
}

const MIN_EXPECTED_BYTES = 64 * 1024; // less is within what a floor scatters by itself
const MIN_EXPECTED_SCATTERS = 4;
const MAX_SHARE_OF_EXPECTED = 0.25;

/**
 * Whether something that gained `bytes` between the snapshots plainly gained no more after the last one, although the
 * application went on working: then it was warm-up, or a cache that became full.
 */
export function hasSettled(bytes: number, { workShare, gainedBytes, scatterBytes }: Afterwards): boolean {
  const expected = bytes * workShare;
  return isMeasurable(expected, scatterBytes) && gainedBytes < MAX_SHARE_OF_EXPECTED * expected;
}

const MIN_SHARE_OF_EXPECTED = 0.4; // a machine that becomes busy uses more CPU for the same work
const MIN_WORK_SHARE = 0.4; // less is no window of its own

/** Whether memory went on rising after the last snapshot by about what `bytes` gained between the snapshots foretold. */
export function hasContinued(bytes: number, { workShare, gainedBytes, scatterBytes }: Afterwards): boolean {
  const expected = bytes * workShare;
  const isWindow = workShare >= MIN_WORK_SHARE && isMeasurable(expected, scatterBytes);
  return isWindow && gainedBytes >= MIN_SHARE_OF_EXPECTED * expected;
}

const isMeasurable = (expected: number, scatterBytes: number) =>
  expected >= Math.max(MIN_EXPECTED_BYTES, MIN_EXPECTED_SCATTERS * scatterBytes);
