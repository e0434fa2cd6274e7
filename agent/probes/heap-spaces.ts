import { getHeapSpaceStatistics } from 'node:v8';

import type { Probe } from '../probe.ts';

/** Bytes used in each of V8's heap spaces. */
export const heapSpacesProbe: Probe = {
  name: 'heap-spaces',
  start() {
    return {
      sample: () => ({
        heapSpaceBytes: Object.fromEntries(
          getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]),
        ),
      }),
      stop() {},
    };
  },
};
