/** The part of a recording that says how a process does when it has warmed up. */
import type { Collection, Recording, RecordingHeader, Sample, Stall } from '../../agent/recording.ts';

// What a program loads and compiles at its start is nothing it suffers from.
const WARMUP_SHARE = 0.1;
const MAX_WARMUP_MS = 10_000;

const MIN_SAMPLES = 5;
const MIN_DURATION_MS = 3000;

export interface Vitals {
  readonly header: RecordingHeader;
  /** After the warm-up, as everything here. */
  readonly samples: readonly Sample[];
  readonly collections: readonly Collection[];
  /** Of one that was told of while it lasted, its last state. */
  readonly stalls: readonly Stall[];
  readonly durationMs: number;
  /** Too short to say anything. */
  readonly isTooShort: boolean;
  /** The recording, for what looks at all of it. */
  readonly recording: Recording;
}

export function vitalsOf(recording: Recording): Vitals {
  const { header, entries } = recording;
  const endMs = entries.at(-1)?.atMs ?? 0;
  const fromMs = Math.min(endMs * WARMUP_SHARE, MAX_WARMUP_MS);
  const later = entries.filter(({ atMs }) => atMs >= fromMs);
  const samples = later.filter((entry): entry is Sample => entry.type === 'sample');
  const durationMs = endMs - fromMs;
  return {
    header,
    samples,
    collections: later.filter((entry): entry is Collection => entry.type === 'gc'),
    stalls: lastStates(later.filter((entry): entry is Stall => entry.type === 'stall')),
    durationMs,
    isTooShort: samples.length < MIN_SAMPLES || durationMs < MIN_DURATION_MS,
    recording,
  };
}

/**
 * A stall that was told of while it lasted is followed by another entry, which begins at about the same time; one whose
 * culprit became known later by an entry of the same time.
 */
function lastStates(stalls: readonly Stall[]): readonly Stall[] {
  const latest = [...new Map(stalls.map((stall) => [stall.atMs, stall])).values()];
  return latest.filter((stall, index) => {
    const next = latest[index + 1];
    const endMs = stall.atMs + stall.durationMs;
    return stall.isOngoing !== true || next === undefined || next.atMs >= endMs;
  });
}
