import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REQUEST_SUFFIX } from '../../agent/recording.ts';
import type { SnapshotReason, SnapshotRequest, SnapshotTaken } from '../../agent/recording.ts';
import type { ObservedThread } from './observed-thread.ts';
import type { RunObserver } from './run-observer.ts';

// The agent takes the request at its next sample, so whoever leaves it lying has a blocked event loop or is gone.
const PICK_UP_MS = 30_000;

/** The answer to a request; `ended` when the wait was cut short, `silent` when the request was not taken. */
export type SnapshotAnswer = SnapshotTaken | 'ended' | 'silent';

/**
 * Asks a running agent for a snapshot and waits for its answer, however long the snapshot takes, but no longer than
 * until `signal` is aborted.
 */
export async function requestSnapshot(
  observer: RunObserver,
  target: ObservedThread,
  { reason, signal }: { readonly reason: SnapshotReason; readonly signal: AbortSignal },
): Promise<SnapshotAnswer> {
  const requestId = randomUUID();
  const file = join(observer.folder, `${target.id}${REQUEST_SUFFIX}`);
  const deadline = Date.now() + PICK_UP_MS;
  const answer = (): SnapshotAnswer | undefined =>
    target.snapshots.find((one) => one.requestId === requestId) ??
    (Date.now() > deadline && existsSync(file) ? 'silent' : undefined);
  writeWhole(file, { requestId, reason });
  const answered = (await observer.until(answer, signal)) ?? 'ended';
  rmSync(file, { force: true });
  return answered;
}

// Renamed into place, so that the agent never reads half of it.
function writeWhole(file: string, request: SnapshotRequest): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(request), { mode: 0o600 });
  renameSync(draft, file);
}
