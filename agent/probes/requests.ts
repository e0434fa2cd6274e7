import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { guarded } from '../guarded.ts';
import type { Probe } from '../probe.ts';
import { monotonicMs } from '../primordials.ts';
import type { Finished } from '../requests/statistics.ts';

// Published by node:http for every request, on Node 20 and later, as long as somebody listens.
const STARTED = 'http.server.request.start';
const FINISHED = 'http.server.response.finish';

// Routes take more room than the rest of a sample, and which of them makes the heap grow shows over minutes.
const ROUTES_EVERY_SAMPLES = 10;

interface Exchange {
  readonly request: object;
  readonly response: object & Finished;
}

/** How many requests the HTTP servers of this thread have answered, how fast, and with how many errors. */
export const requestsProbe: Probe = {
  name: 'requests',
  start({ requests, record, atMs }) {
    const onStarted = harmless((message: unknown) => requests.begin((message as Exchange).response));
    const onFinished = harmless((message: unknown) => {
      const { request, response } = message as Exchange;
      requests.finish(request, response);
    });
    subscribe(STARTED, onStarted);
    subscribe(FINISHED, onFinished);

    let samples = 0;
    const recordRoutes = () => {
      const routes = requests.closeRoutes();
      if (routes.length > 0) record({ type: 'routes', atMs: atMs(monotonicMs()), routes });
    };
    return {
      sample() {
        if (++samples % ROUTES_EVERY_SAMPLES === 0) recordRoutes();
        const figures = requests.closeWindow();
        return figures === null ? {} : { requests: figures };
      },
      stop() {
        unsubscribe(STARTED, onStarted);
        unsubscribe(FINISHED, onFinished);
        recordRoutes();
      },
    };
  },
};

/** What throws in a channel ends the application. */
function harmless(work: (message: unknown) => void): (message: unknown) => void {
  return guarded('counting requests', work, undefined, () => {});
}
