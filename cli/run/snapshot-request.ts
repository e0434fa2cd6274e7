import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REQUEST_SUFFIX } from '../../agent/recording.ts';
import type { SnapshotReason, SnapshotRequest, SnapshotTaken } from '../../agent/recording.ts';
import type { ObservedProcess } from './observed-process.ts';
import type { RunObserver } from './run-observer.ts';

/**
 * Asks a running agent for a snapshot and waits for its answer, however long that takes; null when `signal` is
 * aborted before it comes.
 */
export async function requestSnapshot(
  observer: RunObserver,
  target: ObservedProcess,
  { reason, signal }: { readonly reason: SnapshotReason; readonly signal: AbortSignal },
): Promise<SnapshotTaken | null> {
  const requestId = randomUUID();
  const file = join(observer.folder, `${target.id}${REQUEST_SUFFIX}`);
  writeWhole(file, { requestId, reason });
  const taken = await observer.until(
    () => target.snapshots.find((one) => one.requestId === requestId),
    signal,
  );
  if (!taken) rmSync(file, { force: true });
  return taken ?? null;
}

// Renamed into place, so that the agent never reads half of it.
function writeWhole(file: string, request: SnapshotRequest): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(request), { mode: 0o600 });
  renameSync(draft, file);
}
