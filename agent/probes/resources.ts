import type { Probe } from '../probe.ts';

const getActiveResourcesInfo = process.getActiveResourcesInfo.bind(process);

/** How many resources of each type keep the event loop alive. */
export const resourcesProbe: Probe = {
  name: 'resources',
  start() {
    return {
      sample() {
        const countByType: Record<string, number> = {};
        for (const type of getActiveResourcesInfo()) countByType[type] = (countByType[type] ?? 0) + 1;
        return { activeResources: countByType };
      },
      stop() {},
    };
  },
};
