import { existsSync, rmSync } from 'node:fs';
import type { SnapshotMode, SnapshotReason, SnapshotTaken } from '../../agent/recording.ts';
import { requestFile, requestSnapshot } from '../../ui/agent-request.ts';
import type { ObservedThread } from './observed-thread.ts';
import type { RunObserver } from './run-observer.ts';

// The agent takes the request at its next sample, so whoever leaves it lying has a blocked event loop or is gone.
const PICK_UP_MS = 30_000;

/** The answer to a request; `ended` when the wait was cut short, `silent` when the request was not taken. */
export type SnapshotAnswer = SnapshotTaken | 'ended' | 'silent';

export interface SnapshotWish {
  readonly reason: SnapshotReason;
  /** Absent: as the agent was told. */
  readonly mode?: SnapshotMode | undefined;
  readonly signal: AbortSignal;
}

/**
 * Asks a running agent for a snapshot and waits for its answer, however long the snapshot takes, but no longer than
 * until `signal` is aborted.
 */
export async function snapshotOf(
  observer: RunObserver,
  target: ObservedThread,
  { reason, mode, signal }: SnapshotWish,
): Promise<SnapshotAnswer> {
  const file = requestFile(observer.folder, target.id);
  const requestId = await requestSnapshot(observer.folder, target.id, reason, mode);
  const deadline = Date.now() + PICK_UP_MS;
  const answer = (): SnapshotAnswer | undefined =>
    target.snapshots.find((one) => one.requestId === requestId) ??
    (Date.now() > deadline && existsSync(file) ? 'silent' : undefined);
  const answered = (await observer.until(answer, signal)) ?? 'ended';
  rmSync(file, { force: true });
  return answered;
}
