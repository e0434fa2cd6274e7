import { performance } from 'node:perf_hooks';

import type { Probe } from '../probe.ts';

const eventLoopUtilization = performance.eventLoopUtilization.bind(performance);

/** The share of the window in which the event loop was not waiting, 0..1. */
export const loopUtilizationProbe: Probe = {
  name: 'loop-utilization',
  start() {
    let previous = eventLoopUtilization();
    return {
      sample() {
        const current = eventLoopUtilization();
        const { utilization } = eventLoopUtilization(current, previous);
        previous = current;
        return { loopUtilization: utilization };
      },
      stop() {},
    };
  },
};
