import { isMainThread } from 'node:worker_threads';

import type { Trigger } from '../trigger.ts';

/** Asks for a snapshot when the process receives the signal of the options. Worker threads receive none. */
export const signalTrigger: Trigger = {
  name: 'signal',
  start(host) {
    const { signal } = host.options;
    if (signal === null || !isMainThread) return null;
    const onSignal = () => host.ask({ reason: 'signal', isAskedFor: true });
    process.on(signal, onSignal);
    return {
      stop() {
        process.removeListener(signal, onSignal);
      },
    };
  },
};
