import type { Trigger } from '../trigger.ts';

/** Asks for a snapshot every so often. */
export const scheduleTrigger: Trigger = {
  name: 'schedule',
  start(host) {
    const everyMs = host.options.snapshotEveryMs;
    if (everyMs === 0) return null;
    let dueMs = everyMs;
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
