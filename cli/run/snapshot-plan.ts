const WARM_UP_SHARE = 0.2;
const WARM_UP_MS = 3000;
const WINDOWS = 3; // two show a trend, the third tells a leak from a cache that fills up

/** How long an application works, and when it is looked at. */
export interface SnapshotPlan {
  /** Milliseconds of work before each snapshot, since the one before. */
  readonly windowsMs: Iterable<number>;
  /** Milliseconds of work after the last one of them. */
  readonly lastWindowMs: number;
}

/**
 * The first snapshot is taken when caches and code are warm: after `warmupMs`, or if that is null a fifth of the
 * duration. With a known duration the windows after it are equal: what leaks grows by the same in each, what fills up
 * does not. Without one, there are three soon, so that a short run has a verdict, and from then on each window is twice as
 * long as the one before, so that a long run is not frozen by dozens.
 */
export function snapshotPlan(
  durationMs: number | null,
  warmupMs: number | null,
  windows: number = WINDOWS,
): SnapshotPlan {
  if (durationMs === null) return { windowsMs: growingWindows(warmupMs ?? WARM_UP_MS), lastWindowMs: 0 };
  const firstMs = Math.min(warmupMs ?? durationMs * WARM_UP_SHARE, durationMs);
  const windowMs = (durationMs - firstMs) / windows;
  const between = Array.from({ length: windows - 1 }, () => windowMs);
  return { windowsMs: [firstMs, ...between], lastWindowMs: windowMs };
}

function* growingWindows(firstMs: number): Generator<number> {
  yield firstMs;
  yield WARM_UP_MS;
  for (let windowMs = WARM_UP_MS; ; windowMs *= 2) yield windowMs;
}
