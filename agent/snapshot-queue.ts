/** Turns wishes for snapshots into snapshots: one after the other, and those nobody asked for not too often. */
import { clearInterval, setInterval } from './primordials.ts';
import type { SnapshotMode, SnapshotReason, SnapshotTaken } from './recording.ts';
import type { NoSnapshot, SnapshotOutcome, Snapshotter, WrittenSnapshot } from './snapshot.ts';
import type { SnapshotAsk } from './trigger.ts';

// The agent's own ideas stop the thread for at most a fifth of its time. A longer rest would let a fast leak grow until
// the second snapshot is one too many.
const REST_PER_PAUSE = 4;

// What refused a snapshot, a full disk or little memory, rarely passes sooner.
const REST_AFTER_REFUSAL_MS = 60_000;

const HOLD_MS = 60_000; // any time will do

export interface SnapshotQueue {
  /** Remembers a wish. Of the agent's own ideas only one waits at a time. */
  add(ask: SnapshotAsk): void;
  /** Tries the wishes whose time has come; what is busy elsewhere stays for the next call. */
  work(atMs: number): void;
  /** Takes one now, in this process. */
  take(ask: SnapshotAsk, atMs: number): SnapshotTaken;
  /** Takes one as soon as none is on its way. @param nowMs is asked when it is its turn */
  request(ask: SnapshotAsk, nowMs: () => number): Promise<SnapshotTaken>;
}

export interface TakenWithRemovals {
  readonly entry: SnapshotTaken;
  /** Files that made room. */
  readonly removed: readonly string[];
}

export interface QueueOptions {
  /** The longest expected pause of a snapshot that nobody asked for. */
  readonly maxPauseMs: number;
  /** Of those that ask for no mode of their own; null forks only what would stop the thread for too long. */
  readonly snapshotMode: SnapshotMode | null;
}

/** @param onTaken told of every snapshot, and of every one that came to nothing */
export function createSnapshotQueue(
  snapshotter: Pick<Snapshotter, 'take' | 'fork'>,
  options: QueueOptions,
  onTaken: (taken: TakenWithRemovals) => void,
): SnapshotQueue {
  let asks: SnapshotAsk[] = [];
  let restUntilMs = 0;
  const forking: { now: Promise<unknown> | null } = { now: null };

  const modeOf = (ask: SnapshotAsk) => ask.mode ?? options.snapshotMode;
  const isForked = (ask: SnapshotAsk) => modeOf(ask) === 'fork' || modeOf(ask) === 'auto';
  const isDue = (ask: SnapshotAsk, atMs: number) => ask.isAskedFor || atMs >= restUntilMs;

  const takeHere = (ask: SnapshotAsk) => snapshotter.take(ask.isAskedFor ? Infinity : options.maxPauseMs);

  const settle = (ask: SnapshotAsk, atMs: number, { outcome, fallback }: Result): SnapshotTaken => {
    const entry = entryOf(ask, atMs, { outcome, fallback });
    const isWritten = outcome.status === 'written';
    const busyMs = isWritten ? Math.max(outcome.pauseMs * REST_PER_PAUSE, outcome.forked?.tookMs ?? 0) : 0;
    restUntilMs = atMs + (isWritten ? busyMs : REST_AFTER_REFUSAL_MS);
    onTaken({ entry, removed: isWritten ? outcome.removed : [] });
    return entry;
  };

  /** The next one begins when this one has ended. */
  const fork = (ask: SnapshotAsk, sequence?: number): Promise<Result> => {
    const result = forkOrTake(ask, sequence).finally(() => {
      forking.now = null;
    });
    forking.now = result;
    return result;
  };

  const forkOrTake = async (ask: SnapshotAsk, sequence?: number): Promise<Result> => {
    const outcome = await snapshotter.fork(ask.reason === 'api', sequence);
    const mayTake = modeOf(ask) === 'auto';
    if (outcome.status !== 'failed' || outcome.isForkToBlame !== true || !mayTake) return { outcome };
    return { outcome: takeHere(ask), fallback: outcome.detail };
  };

  const forkAsked = async (ask: SnapshotAsk, atMs: number): Promise<void> => {
    const result = await fork(ask);
    if (result.outcome.status === 'busy') asks.push(ask);
    else settle(ask, atMs, result);
  };

  /** What the thread may not stop for, a copy of it may take. */
  const forkRefused = async (ask: SnapshotAsk, atMs: number, refused: NoSnapshot): Promise<void> => {
    const { outcome } = await fork(ask, refused.sequence);
    if (outcome.status === 'busy') asks.push(ask);
    else if (outcome.status === 'written') settle(ask, atMs, { outcome });
    else settle(ask, atMs, { outcome: { ...refused, detail: `${refused.detail}; ${outcome.detail}` } });
  };

  const begin = (ask: SnapshotAsk, atMs: number): void => {
    if (isForked(ask)) {
      void forkAsked(ask, atMs);
      return;
    }
    const outcome = takeHere(ask);
    if (outcome.status === 'busy') asks.push(ask);
    else if (outcome.status === 'refused' && outcome.isTooLong === true && modeOf(ask) === null)
      void forkRefused(ask, atMs, outcome);
    else settle(ask, atMs, { outcome });
  };

  return {
    add(ask) {
      if (ask.isAskedFor || asks.every((waiting) => waiting.isAskedFor)) asks.push(ask);
    },
    work(atMs) {
      const due = asks.filter((ask) => isDue(ask, atMs));
      asks = asks.filter((ask) => !due.includes(ask));
      for (const ask of due) {
        if (forking.now !== null && isForked(ask)) asks.push(ask);
        else begin(ask, atMs);
      }
    },
    take: (ask, atMs) => settle(ask, atMs, { outcome: takeHere(ask) }),
    async request(ask, nowMs) {
      // Whoever awaits the answer gets one, even where the process has nothing else to do.
      const hold = setInterval(() => {}, HOLD_MS);
      try {
        while (forking.now !== null) await forking.now;
        const atMs = nowMs();
        return settle(ask, atMs, isForked(ask) ? await fork(ask) : { outcome: takeHere(ask) });
      } finally {
        clearInterval(hold);
      }
    },
  };
}

interface Result {
  readonly outcome: SnapshotOutcome;
  /** Why the process took it itself. */
  readonly fallback?: string | undefined;
}

function entryOf(ask: SnapshotAsk, askedAtMs: number, { outcome, fallback }: Result): SnapshotTaken {
  const about: AskFields = {
    type: 'snapshot',
    atMs: askedAtMs,
    sequence: outcome.sequence,
    reason: ask.reason,
    ...(ask.requestId !== undefined && { requestId: ask.requestId }),
    ...(fallback !== undefined && { fallback }),
  };
  if (outcome.status === 'written') return { ...about, ...writtenFields(outcome, askedAtMs) };
  const { status, detail } = outcome;
  return status === 'busy'
    ? { ...about, sequence: 0, status: 'refused', detail }
    : { ...about, status, detail };
}

function writtenFields(written: WrittenSnapshot, askedAtMs: number) {
  const { status, mode, file, fileBytes, pauseMs, forked } = written;
  if (forked === undefined) return { status, mode, file, fileBytes, pauseMs };
  const { delayMs, ...costs } = forked;
  return { atMs: askedAtMs + delayMs, status, mode, file, fileBytes, pauseMs, ...costs };
}

interface AskFields {
  readonly type: 'snapshot';
  readonly atMs: number;
  readonly sequence: number;
  readonly reason: SnapshotReason;
  readonly requestId?: string;
  readonly fallback?: string;
}
