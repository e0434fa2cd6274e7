import type { Recording, Sample, SnapshotTaken } from '../../agent/recording.ts';

/**
 * Milliseconds of CPU that the process used between each two moments, its snapshots left out.
 * @param times epoch milliseconds, ascending
 * @returns one value less than there are times; null when the recording does not cover them
 */
export function workBetween(recording: Recording, times: readonly number[]): number[] | null {
  const { startedAt } = recording.header;
  const samples = recording.entries.filter((entry): entry is Sample => entry.type === 'sample');
  const snapshots = recording.entries.filter((entry): entry is SnapshotTaken => entry.type === 'snapshot');
  const within = (atMs: number, window: number) =>
    startedAt + atMs > times[window] && startedAt + atMs <= times[window + 1];
  const work = times.slice(1).map((_, window) => {
    const used = samples
      .filter(({ atMs }) => within(atMs, window))
      .reduce((total, { cpuUserMs, cpuSystemMs }) => total + cpuUserMs + cpuSystemMs, 0);
    const paused = snapshots
      .filter(({ atMs }) => within(atMs, window))
      .reduce((total, { pauseMs }) => total + (pauseMs ?? 0), 0);
    return used - paused;
  });
  return work.every((value) => value > 0) ? work : null;
}
