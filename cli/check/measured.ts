import type {
  Collection,
  Recording,
  RecordingEntry,
  Sample,
  SnapshotTaken,
  Stall,
} from '../../agent/recording.ts';
import type { Report } from '../../analyzer/report.ts';
import type { Measures, Problem } from './check-report.ts';

/** What came of a scenario, before it is held against what is known. */
export interface Tried {
  readonly measures: Measures;
  /** Null when nothing grew. */
  readonly report: Report | null;
  readonly recordings: readonly Recording[];
  /** All of them marked new. */
  readonly problems: readonly Problem[];
  readonly sentence: string;
}

const DECIMALS = 2;
const DIGITS = 3; // of what is below 1, as a share of the time is

/** What was measured, rounded for people, without what was not. */
export function measured(
  values:
    Readonly<Record<keyof Measures, number>> | { readonly [Name in keyof Measures]?: number | undefined },
): Measures {
  const known = Object.entries(values).filter(
    (entry): entry is [string, number] => entry[1] !== undefined && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(known.map(([name, value]) => [name, rounded(value)]));
}

const rounded = (value: number) =>
  Number(Math.abs(value) < 1 ? value.toPrecision(DIGITS) : value.toFixed(DECIMALS));

/**
 * What was recorded in the rounds: between the first snapshot, before which it was warm-up, and the last, without what the
 * snapshots themselves have cost. Of a process that has no two of them, all.
 */
export function inRounds({ entries }: Recording): readonly RecordingEntry[] {
  const snapshots = entries.filter((entry): entry is SnapshotTaken => entry.type === 'snapshot');
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  const isInRounds = ({ atMs }: RecordingEntry) => first === last || (atMs > first.atMs && atMs < last!.atMs);
  const isCost = ({ atMs }: RecordingEntry) =>
    snapshots.some((snapshot) => atMs >= snapshot.atMs && atMs <= snapshot.atMs + (snapshot.pauseMs ?? 0));
  return entries.filter((entry) => isInRounds(entry) && !isCost(entry));
}

/** What the recordings of a run tell of its rounds, of several processes the worst. */
export function measuresOf(recordings: readonly Recording[]): Measures {
  const all = recordings.map(measuresOfOne);
  const worst = (name: keyof Measures) => {
    const values = all.flatMap((measures) => measures[name] ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  };
  return measured({
    heapFloorMB: worst('heapFloorMB'),
    loopP99Ms: worst('loopP99Ms'),
    longestBlockMs: worst('longestBlockMs'),
    gcShare: worst('gcShare'),
  });
}

function measuresOfOne(recording: Recording): Measures {
  const worked = inRounds(recording);
  const isOf = <Type extends { readonly type: string }>(type: Type['type']) =>
    worked.filter((entry) => entry.type === type) as unknown as readonly Type[];
  const samples = isOf<Sample>('sample');
  const collections = isOf<Collection>('gc');
  const stalls = isOf<Stall>('stall').filter((stall) => !isSnapshotPause(stall));
  const floors = collections.flatMap(({ heapUsedAfterBytes }) => heapUsedAfterBytes ?? []);
  const durationMs = (worked.at(-1)?.atMs ?? 0) - (worked[0]?.atMs ?? 0);
  const pausesMs = collections.reduce((sum, { totalPauseMs, pauseMs }) => sum + (totalPauseMs ?? pauseMs), 0);
  return measured({
    heapFloorMB: floors.length === 0 ? undefined : Math.min(...floors.slice(-LAST_FLOORS)) / 1e6,
    loopP99Ms: samples.length === 0 ? undefined : median(samples.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
    longestBlockMs: Math.max(0, ...stalls.map((stall) => stall.durationMs)),
    gcShare: durationMs > 0 ? pausesMs / durationMs : undefined,
  });
}

const LAST_FLOORS = 3;

/** Snapshots stop the event loop as well; that is leakwatch's doing. */
const isSnapshotPause = ({ stack = [], culprit }: Stall) =>
  culprit === null && stack.some(({ functionName }) => /HeapSnapshot/i.test(functionName));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
