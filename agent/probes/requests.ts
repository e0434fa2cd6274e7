import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { complain, reasonOf } from '../complain.ts';
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
    // What throws in a channel ends the application. A guard that all of the agent's functions share is none that V8 can
    // compile into the caller, which a server that answers ten thousand requests in a second feels.
    const onStarted = (message: unknown) => {
      try {
        requests.begin((message as Exchange).response);
      } catch (error) {
        giveUp(error);
      }
    };
    const onFinished = (message: unknown) => {
      try {
        const { request, response } = message as Exchange;
        requests.finish(request, response);
      } catch (error) {
        giveUp(error);
      }
    };
    const listenNoLonger = () => {
      unsubscribe(STARTED, onStarted);
      unsubscribe(FINISHED, onFinished);
    };
    const giveUp = (error: unknown) => {
      complain(`counting requests is disabled: ${reasonOf(error)}`);
      listenNoLonger();
    };
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
        listenNoLonger();
        recordRoutes();
      },
    };
  },
};
