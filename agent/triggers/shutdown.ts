import { isMainThread } from 'node:worker_threads';

import { isUnderPm2 } from '../environment.ts';
import type { Trigger } from '../trigger.ts';

/**
 * Takes a snapshot when the process is asked to end, before the application's own listeners run. PM2 asks by SIGINT, and
 * kills after 1.6 seconds unless its `kill_timeout` says otherwise.
 */
export const shutdownTrigger: Trigger = {
  name: 'shutdown',
  start(host) {
    if (!host.options.snapshotOnShutdown || !isMainThread) return null;
    const signals: readonly NodeJS.Signals[] = isUnderPm2() ? ['SIGTERM', 'SIGINT'] : ['SIGTERM'];
    const stop = () => signals.forEach((signal) => process.removeListener(signal, onSignal));
    const onSignal = (signal: NodeJS.Signals) => {
      stop();
      host.takeNow({ reason: 'shutdown', isAskedFor: false });
      // The agent's listener has kept Node from doing what it does without one: end the process.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    for (const signal of signals) process.prependListener(signal, onSignal);
    return { stop };
  },
};
