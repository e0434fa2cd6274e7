import type { Recording, Sample, SnapshotTaken } from '../../agent/recording.ts';
import type { Point } from './trend.ts';
import { sum, theilSenSlope } from './trend.ts';

/** Resident memory of a process beyond its heap and what that holds, where it goes on growing. */
export interface OutsideGrowth {
  /** At the first sample after each snapshot. */
  readonly bytes: readonly number[];
  readonly bytesPerMinute: number;
  /** How many windows it grew in, which are all of them. */
  readonly windows: number;
  /** Resource type -> how many were open at the beginning and at the end, where their number rose all along. */
  readonly resources: ReadonlyMap<string, readonly [number, number]>;
}

const MINUTE_MS = 60_000;
const MIN_WINDOWS = 2; // after the first snapshot: what comes before it is warm-up
const MIN_SAMPLES = 5; // in a window

/**
 * Less is what a healthy process gains while its allocator settles: 26 programs gained -7 to +4 MB in a window of four seconds,
 * and at most 8 MB in three.
 */
const MIN_WINDOW_BYTES = 4 * 1024 * 1024;
const MIN_TOTAL_BYTES = 16 * 1024 * 1024;
const MIN_SHARE = 0.05; // of resident memory, in a process that has much of it
const MIN_STEPS = 3; // from snapshot to snapshot
const SNAPSHOT_NEED = 6; // times the heap; measured 5, for small objects
const MIN_TAU = 0.6; // Kendall's, in each window
const MIN_LAST_RATE = 0.5; // of the mean of the windows before

/**
 * Whether memory outside the heap grows without end: within every window between two snapshots, or from each snapshot to the next
 * at the same moment. Taking one needs memory that the allocator keeps and gives to whoever asks next, so that a leak may hide in it
 * within a window; and it needs the more the larger the heap is, which is taken off.
 * @returns null when it does not, or the recording is too short to say
 */
export function outsideGrowth(recording: Recording): OutsideGrowth | null {
  const isThread = recording.header.threadId > 0; // resident memory is the process's, so that its main thread speaks of it
  const windows = windowsOf(recording).filter((samples) => samples.length > 0);
  if (isThread || windows.length === 0) return null;
  const steps = [withinWindows(windows), acrossSnapshots(windows)].find(
    (found) => found !== null && isSteady(found, windows[0][0].rssBytes),
  );
  if (!steps) return null;
  return {
    bytes: windows.map(([first]) => outsideBytes(first)),
    bytesPerMinute: (sum(steps.map(({ bytes }) => bytes)) / sum(steps.map(({ ms }) => ms))) * MINUTE_MS,
    windows: steps.length,
    resources: risingResources(windows),
  };
}

interface Gain {
  readonly bytes: number;
  readonly ms: number;
}

function withinWindows(windows: readonly Sample[][]): Gain[] | null {
  const long = windows.filter(({ length }) => length >= MIN_SAMPLES);
  if (long.length < MIN_WINDOWS || long.some((samples) => tau(samples.map(pointOf)) < MIN_TAU)) return null;
  return long.map((samples) => {
    const ms = samples[samples.length - 1].atMs - samples[0].atMs;
    return { bytes: (theilSenSlope(samples.map(pointOf)) ?? 0) * ms, ms };
  });
}

function acrossSnapshots(windows: readonly Sample[][]): Gain[] | null {
  if (windows.length <= MIN_STEPS) return null;
  return windows.slice(1).map(([sample], index) => {
    const [before] = windows[index];
    const bytes = outsideBytes(sample) - needed(sample) - (outsideBytes(before) - needed(before));
    return { bytes, ms: sample.atMs - before.atMs };
  });
}

/** Each gain matters, and so does their sum; and the last one is not much slower than those before. */
function isSteady(gains: readonly Gain[], rssBytes: number): boolean {
  const total = sum(gains.map(({ bytes }) => bytes));
  const rates = gains.map(({ bytes, ms }) => bytes / ms);
  const before = sum(rates.slice(0, -1)) / (rates.length - 1);
  return (
    gains.every(({ bytes }) => bytes >= MIN_WINDOW_BYTES) &&
    rates[rates.length - 1] >= MIN_LAST_RATE * before &&
    total >= Math.max(MIN_TOTAL_BYTES, MIN_SHARE * rssBytes)
  );
}

const needed = ({ heapUsedBytes }: Sample) => SNAPSHOT_NEED * heapUsedBytes;

const outsideBytes = ({ rssBytes, heapTotalBytes, externalBytes }: Sample) =>
  rssBytes - heapTotalBytes - externalBytes;

const pointOf = (sample: Sample): Point => ({ x: sample.atMs, y: outsideBytes(sample) });

/** The samples between each two snapshots, and after the last one. */
function windowsOf({ entries }: Recording): Sample[][] {
  const samples = entries.filter((entry): entry is Sample => entry.type === 'sample');
  const snapshots = entries.filter((entry): entry is SnapshotTaken => entry.type === 'snapshot');
  return snapshots.map(({ atMs, pauseMs }, index) => {
    const fromMs = atMs + (pauseMs ?? 0);
    const toMs = snapshots[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return samples.filter((sample) => sample.atMs > fromMs && sample.atMs < toMs);
  });
}

/** Kendall's rank correlation with time. */
function tau(points: readonly Point[]): number {
  let signs = 0;
  for (let later = 1; later < points.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) signs += Math.sign(points[later].y - points[earlier].y);
  }
  return signs / ((points.length * (points.length - 1)) / 2);
}

function risingResources(windows: readonly Sample[][]): Map<string, readonly [number, number]> {
  const ends = [windows[0][0], ...windows.map((samples) => samples[samples.length - 1])];
  const rising = new Map<string, readonly [number, number]>();
  for (const name of Object.keys(ends[ends.length - 1].activeResources)) {
    const counts = ends.map(({ activeResources }) => activeResources[name] ?? 0);
    if (counts.every((count, at) => at === 0 || count > counts[at - 1]))
      rising.set(name, [counts[0], counts[counts.length - 1]]);
  }
  return rising;
}
