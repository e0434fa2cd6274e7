import type { Collection, Recording, Sample, Stall } from '../../agent/recording.ts';
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

const DIGITS = 100;

/** What was measured, rounded for people, without what was not. */
export function measured(
  values:
    Readonly<Record<keyof Measures, number>> | { readonly [Name in keyof Measures]?: number | undefined },
): Measures {
  const known = Object.entries(values).filter(
    (entry): entry is [string, number] => entry[1] !== undefined && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(known.map(([name, value]) => [name, Math.round(value * DIGITS) / DIGITS]));
}

/**
 * What the recordings of a run tell, of several processes the worst.
 * @param fromMs milliseconds after the start of a recording that are warm-up
 */
export function measuresOf(recordings: readonly Recording[], fromMs: number): Measures {
  const all = recordings.map((recording) => measuresOfOne(recording, fromMs));
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

function measuresOfOne({ entries }: Recording, fromMs: number): Measures {
  const worked = entries.filter(({ atMs }) => atMs >= fromMs);
  const isOf = <Type extends { readonly type: string }>(type: Type['type']) =>
    worked.filter((entry) => entry.type === type) as unknown as readonly Type[];
  const samples = isOf<Sample>('sample');
  const collections = isOf<Collection>('gc');
  const stalls = isOf<Stall>('stall').filter((stall) => !isSnapshotPause(stall));
  const floors = collections.flatMap(({ heapUsedAfterBytes }) => heapUsedAfterBytes ?? []);
  const durationMs = (worked.at(-1)?.atMs ?? 0) - fromMs;
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
