import { join } from 'node:path';

import { complain, reasonOf } from '../complain.ts';
import { existsSync, parseJson, readFileSync, unlinkSync } from '../primordials.ts';
import { REQUEST_SUFFIX, SNAPSHOT_MODES, type SnapshotReason, type SnapshotRequest } from '../recording.ts';
import { FILE_PREFIX } from '../run-folder.ts';
import type { Trigger } from '../trigger.ts';

/** Another program asks by a file in the run folder, which is this user's alone. */
export const requestTrigger: Trigger = {
  name: 'request',
  start(host) {
    const path = join(host.runFolder, `${FILE_PREFIX}${REQUEST_SUFFIX}`);
    return {
      tick() {
        if (!existsSync(path)) return;
        const request = takeRequest(path);
        if (request !== null) host.ask({ ...request, isAskedFor: true });
      },
      stop() {},
    };
  },
};

const REASONS: readonly SnapshotReason[] = [
  'request',
  'baseline',
  'final',
  'schedule',
  'growth',
  'api',
  'signal',
  'heap-level',
  'rss-level',
  'near-limit',
  'shutdown',
  'http',
];

/** Reads and removes the request; null when it is none, which is told once because the file is gone then. */
function takeRequest(path: string): SnapshotRequest | null {
  try {
    const text = readFileSync(path, 'utf8');
    unlinkSync(path);
    const { requestId, reason, mode } = parseJson(text) as Readonly<Record<string, unknown>>;
    if (typeof requestId !== 'string') throw new Error('it has no requestId');
    const knownMode = SNAPSHOT_MODES.find((known) => known === mode);
    return {
      requestId,
      reason: REASONS.find((known) => known === reason) ?? 'request',
      ...(knownMode !== undefined && { mode: knownMode }),
    };
  } catch (error) {
    complain(`a snapshot request is ignored: ${reasonOf(error)}`);
    return null;
  }
}
