import type { Recording, Sample, SnapshotTaken } from '../../agent/recording.ts';

/**
 * Milliseconds of CPU that the application used between each two moments: the rate of the samples in between, over the time in
 * which it ran. A sample in which a snapshot was taken counts what the snapshot used, and tells no rate.
 * @param times epoch milliseconds, ascending
 * @returns one value less than there are times; null when the recording does not cover them
 */
export function workBetween(recording: Recording, times: readonly number[]): number[] | null {
  const { startedAt } = recording.header;
  const moments = times.map((time) => time - startedAt);
  const snapshots = recording.entries.filter((entry): entry is SnapshotTaken => entry.type === 'snapshot');
  const spans = spansOf(recording);
  const lastMs = spans.at(-1)?.toMs ?? 0;
  const clean = spans.filter(
    ({ fromMs, toMs }) => !snapshots.some(({ atMs }) => atMs >= fromMs && atMs < toMs),
  );
  const overall = rateOf(clean);
  const work = moments.slice(1).map((toMs, window) => {
    const fromMs = moments[window];
    const rate = rateOf(clean.filter((span) => span.toMs > fromMs && span.fromMs < toMs)) ?? overall;
    const pausedMs = snapshots
      .filter(({ atMs }) => Math.round(atMs - fromMs) >= 0 && Math.round(toMs - atMs) > 0)
      .reduce((total, { pauseMs }) => total + (pauseMs ?? 0), 0);
    return rate === null || fromMs >= lastMs ? 0 : rate * (toMs - fromMs - pausedMs);
  });
  return work.every((value) => value > 0) ? work : null;
}

const MIN_REQUESTS = 20; // in each window; fewer say little about how much was done

/**
 * HTTP requests answered between each two moments: the best measure of work there is, where the application serves enough.
 * @param times epoch milliseconds, ascending
 * @returns one value less than there are times; null when some window has too few
 */
export function requestsBetween(recording: Recording, times: readonly number[]): number[] | null {
  const moments = times.map((time) => time - recording.header.startedAt);
  const samples = recording.entries.filter((entry): entry is Sample => entry.type === 'sample');
  const requests = moments
    .slice(1)
    .map((toMs, window) =>
      samples
        .filter(({ atMs }) => atMs > moments[window] && atMs <= toMs)
        .reduce((total, sample) => total + (sample.requests?.count ?? 0), 0),
    );
  return requests.length > 0 && requests.every((count) => count >= MIN_REQUESTS) ? requests : null;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cpuMs: number;
}

function spansOf(recording: Recording): Span[] {
  const samples = recording.entries.filter((entry): entry is Sample => entry.type === 'sample');
  return samples.map(({ atMs, cpuUserMs, cpuSystemMs }, index) => ({
    fromMs: samples[index - 1]?.atMs ?? 0,
    toMs: atMs,
    cpuMs: cpuUserMs + cpuSystemMs,
  }));
}

/** Milliseconds of CPU per millisecond; null when nothing was measured. */
function rateOf(spans: readonly Span[]): number | null {
  const ms = spans.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0);
  return ms <= 0 ? null : spans.reduce((total, { cpuMs }) => total + cpuMs, 0) / ms;
}
