import type { Trigger } from '../trigger.ts';

// The workers of a cluster start together.
const MAX_SPREAD_MS = 60_000;

/** Asks for a snapshot every so often. */
export const scheduleTrigger: Trigger = {
  name: 'schedule',
  start(host) {
    const everyMs = host.options.snapshotEveryMs;
    if (everyMs === 0) return null;
    let dueMs = everyMs + host.turn * Math.min(everyMs, MAX_SPREAD_MS);
    return {
      tick(atMs) {
        if (atMs < dueMs) return;
        dueMs = atMs + everyMs;
        host.ask({ reason: 'schedule', isAskedFor: true });
      },
      stop() {},
    };
  },
};
