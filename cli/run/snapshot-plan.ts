const WARM_UP_SHARE = 0.2;
const WINDOWS = 3; // two show a trend, the third tells a leak from a cache that fills up
const FIRST_WINDOW_MS = 5000;

/** How long an application works, and when it is looked at. */
export interface SnapshotPlan {
  /** Milliseconds of work before each snapshot, since the one before. */
  readonly windowsMs: Iterable<number>;
  /** Milliseconds of work after the last one of them. */
  readonly lastWindowMs: number;
}

/**
 * The first snapshot is taken when caches and code are warm. With a known duration the windows after it are equal: what
 * leaks grows by the same in each, what fills up does not. Without one, each window is twice as long as the one
 * before, so that a run of any length has some and a long one is not frozen by dozens.
 */
export function snapshotPlan(durationMs: number | null): SnapshotPlan {
  if (durationMs === null) return { windowsMs: growingWindows(), lastWindowMs: 0 };
  const windowMs = (durationMs * (1 - WARM_UP_SHARE)) / WINDOWS;
  return { windowsMs: [durationMs * WARM_UP_SHARE, windowMs, windowMs], lastWindowMs: windowMs };
}

function* growingWindows(): Generator<number> {
  for (let windowMs = FIRST_WINDOW_MS; ; windowMs *= 2) yield windowMs;
}
