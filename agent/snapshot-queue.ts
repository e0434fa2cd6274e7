/** Turns wishes for snapshots into snapshots: one after the other, and those nobody asked for not too often. */
import type { SnapshotReason, SnapshotTaken } from './recording.ts';
import type { Snapshotter } from './snapshot.ts';
import type { SnapshotAsk } from './trigger.ts';

// The agent's own ideas stop the thread for at most a fifth of its time. A longer rest would let a fast leak grow until
// the second snapshot is one too many.
const REST_PER_PAUSE = 4;

// What refused a snapshot, a full disk or little memory, rarely passes sooner.
const REST_AFTER_REFUSAL_MS = 60_000;

export interface SnapshotQueue {
  /** Remembers a wish. Of the agent's own ideas only one waits at a time. */
  add(ask: SnapshotAsk): void;
  /** Tries the wishes whose time has come; what is busy elsewhere stays for the next call. */
  work(atMs: number): readonly TakenWithRemovals[];
  /** Tries one now. */
  take(ask: SnapshotAsk, atMs: number): TakenWithRemovals;
}

export interface TakenWithRemovals {
  readonly entry: SnapshotTaken;
  /** Files that made room. */
  readonly removed: readonly string[];
}

/** @param maxPauseMs the longest expected pause of a snapshot that nobody asked for */
export function createSnapshotQueue(snapshotter: Snapshotter, maxPauseMs: number): SnapshotQueue {
  let asks: SnapshotAsk[] = [];
  let restUntilMs = 0;

  const attempt = (ask: SnapshotAsk, atMs: number): TakenWithRemovals | 'busy' => {
    const outcome = snapshotter.take(ask.isAskedFor ? Infinity : maxPauseMs);
    if (outcome.status === 'busy') return 'busy';
    const about = aboutAsk(ask, atMs, outcome.sequence);
    if (outcome.status !== 'written') {
      restUntilMs = atMs + REST_AFTER_REFUSAL_MS;
      return { entry: { ...about, status: outcome.status, detail: outcome.detail }, removed: [] };
    }
    const { status, file, fileBytes, pauseMs, removed } = outcome;
    restUntilMs = atMs + REST_PER_PAUSE * pauseMs;
    return { entry: { ...about, status, file, fileBytes, pauseMs }, removed };
  };

  return {
    add(ask) {
      if (ask.isAskedFor || asks.every((waiting) => waiting.isAskedFor)) asks.push(ask);
    },
    work(atMs) {
      const taken: TakenWithRemovals[] = [];
      const isDue = (ask: SnapshotAsk) => ask.isAskedFor || atMs >= restUntilMs;
      const due = asks.filter(isDue);
      asks = asks.filter((ask) => !isDue(ask));
      for (const ask of due) {
        const result = attempt(ask, atMs);
        if (result === 'busy') asks.push(ask);
        else taken.push(result);
      }
      return taken;
    },
    take(ask, atMs) {
      const result = attempt(ask, atMs);
      if (result !== 'busy') return result;
      const detail = 'another process of this run is taking a snapshot';
      return { entry: { ...aboutAsk(ask, atMs, 0), status: 'refused', detail }, removed: [] };
    },
  };
}

interface AskFields {
  readonly type: 'snapshot';
  readonly atMs: number;
  readonly sequence: number;
  readonly reason: SnapshotReason;
  readonly requestId?: string;
}

function aboutAsk(ask: SnapshotAsk, atMs: number, sequence: number): AskFields {
  const { reason, requestId } = ask;
  return { type: 'snapshot', atMs, sequence, reason, ...(requestId !== undefined && { requestId }) };
}
