/** When to take snapshots while the application works, in milliseconds since the work began. */
export type SnapshotTimes = Iterable<number>;

const SHARES_OF_DURATION = [0.2, 0.5, 0.8];
const FIRST_MS = 5000;

/**
 * The snapshots of a run: one when caches and code are warm, then more at distances wide enough to tell growth from
 * fluctuation. With a known duration they are spread over it; without, each distance is twice the one before, so that
 * a run of any length has some and a long one is not frozen by dozens.
 */
export function snapshotTimes(durationMs: number | null): SnapshotTimes {
  return durationMs === null ? growingIntervals() : SHARES_OF_DURATION.map((share) => share * durationMs);
}

function* growingIntervals(): Generator<number> {
  for (let atMs = FIRST_MS; ; atMs = atMs * 2 + FIRST_MS) yield atMs;
}
