import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILE_REQUEST_SUFFIX, REQUEST_SUFFIX } from '../agent/recording.ts';
import type {
  ProfileKind,
  ProfileRequest,
  SnapshotMode,
  SnapshotReason,
  SnapshotRequest,
} from '../agent/recording.ts';

/**
 * Asks the agent for a snapshot; it takes it at its next sample and answers in the recording.
 * @param processId `<pid>-<threadId>` of a recording in the folder
 * @param reason what the recording will say that it was taken for
 * @param mode who is to take it; as the agent was told when absent
 * @returns the id the answer will carry
 */
export async function requestSnapshot(
  runFolder: string,
  processId: string,
  reason: SnapshotReason = 'request',
  mode?: SnapshotMode,
): Promise<string> {
  const request: SnapshotRequest = { requestId: randomUUID(), reason, ...(mode && { mode }) };
  await leave(requestFile(runFolder, processId), request);
  return request.requestId;
}

/**
 * Asks the agent to start a profile, or to end the one that goes on and write it.
 * @param processId `<pid>-<threadId>` of a recording in the folder
 * @returns the id of the request, which the profile that it starts carries
 */
export async function requestProfile(
  runFolder: string,
  processId: string,
  wish: { readonly action: ProfileRequest['action']; readonly kind: ProfileKind },
): Promise<string> {
  const request: ProfileRequest = { requestId: randomUUID(), ...wish };
  await leave(join(runFolder, processId + PROFILE_REQUEST_SUFFIX), request);
  return request.requestId;
}

/** Where a request for a snapshot lies until the agent takes it. */
export function requestFile(runFolder: string, processId: string): string {
  return join(runFolder, processId + REQUEST_SUFFIX);
}

/** By a rename, so that the agent never reads half a request. */
async function leave(path: string, request: SnapshotRequest | ProfileRequest): Promise<void> {
  const draft = `${path}.${request.requestId}`;
  await writeFile(draft, JSON.stringify(request), { mode: 0o600 });
  await rename(draft, path);
}
