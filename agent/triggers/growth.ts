import { createGrowthWatch } from '../growth-watch.ts';
import type { Trigger } from '../trigger.ts';

/** Asks for three comparable snapshots when the heap's floor grows beyond what warm-up explains. */
export const growthTrigger: Trigger = {
  name: 'growth',
  start(host) {
    if (!host.options.snapshotOnGrowth) return null;
    const watch = createGrowthWatch();
    let isFirst = true;
    return {
      onFloor(atMs, floorBytes) {
        if (!watch.add(atMs, floorBytes)) return;
        host.ask({ reason: isFirst ? 'baseline' : 'growth', isAskedFor: false });
        isFirst = false;
      },
      stop() {},
    };
  },
};
