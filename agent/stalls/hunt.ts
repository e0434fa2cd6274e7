/** When to leave the profiler on, to be inside a native call when it comes again. */

// Long enough for what a request does every few seconds.
const HUNT_MS = 30_000;

export interface Hunt {
  readonly isOn: boolean;
  /** On, and its time is up. */
  isOver(nowMs: number): boolean;
  begin(nowMs: number): void;
  /** Ends it; milliseconds it lasted. */
  end(nowMs: number): number;
}

export function createHunt(): Hunt {
  let sinceMs: number | null = null;
  return {
    get isOn() {
      return sinceMs !== null;
    },
    isOver: (nowMs) => sinceMs !== null && nowMs > sinceMs + HUNT_MS,
    begin(nowMs) {
      sinceMs ??= nowMs;
    },
    end(nowMs) {
      const lastedMs = nowMs - (sinceMs ?? nowMs);
      sinceMs = null;
      return lastedMs;
    },
  };
}
