import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REQUEST_SUFFIX } from '../agent/recording.ts';
import type { SnapshotReason, SnapshotRequest } from '../agent/recording.ts';

/**
 * Asks the agent for a snapshot; it takes it at its next sample and answers in the recording.
 * @param processId `<pid>-<threadId>` of a recording in the folder
 * @param reason what the recording will say that it was taken for
 * @returns the id the answer will carry
 */
export async function requestSnapshot(
  runFolder: string,
  processId: string,
  reason: SnapshotReason = 'request',
): Promise<string> {
  const request: SnapshotRequest = { requestId: randomUUID(), reason };
  const path = requestFile(runFolder, processId);
  await writeFile(`${path}.${request.requestId}`, JSON.stringify(request), { mode: 0o600 });
  await rename(`${path}.${request.requestId}`, path); // so that the agent never reads half a request
  return request.requestId;
}

/** Where a request lies until the agent takes it. */
export function requestFile(runFolder: string, processId: string): string {
  return join(runFolder, processId + REQUEST_SUFFIX);
}
