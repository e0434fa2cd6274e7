import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';

import { monotonicMs } from '../primordials.ts';
import type { Probe } from '../probe.ts';

// Published by node:net on Node 20 and later, in cluster workers too, whose servers have no handle of their own.
const CHANNEL = 'tracing:net.server.listen:asyncEnd';

/** The TCP ports that the application listens on. A server on a path has none and is passed over. */
export const listeningProbe: Probe = {
  name: 'listening',
  start(host) {
    const onListening = (message: unknown) => {
      const { server } = message as { readonly server: Server };
      const address = server.address();
      if (host.ownServers.has(server) || address === null || typeof address === 'string') return;
      host.record({
        type: 'listening',
        atMs: host.atMs(monotonicMs()),
        port: address.port,
        address: address.address,
      });
    };
    subscribe(CHANNEL, onListening);
    return {
      stop() {
        unsubscribe(CHANNEL, onListening);
      },
    };
  },
};
