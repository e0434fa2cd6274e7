import { createGrowthWatch } from '../growth-watch.ts';
import type { Trigger } from '../trigger.ts';

/** Tells that the heap's floor grows beyond what warm-up explains, and by the options asks for three comparable snapshots. */
export const growthTrigger: Trigger = {
  name: 'growth',
  start(host) {
    const watch = createGrowthWatch();
    let isFirst = true;
    return {
      onFloor(atMs, floorBytes) {
        if (!watch.add(atMs, floorBytes)) return;
        host.onGrowth({ atMs, floorBytes });
        if (!host.options.snapshotOnGrowth) return watch.settled(null);
        host.ask({ reason: isFirst ? 'baseline' : 'growth', isAskedFor: false });
        isFirst = false;
      },
      onSnapshot({ reason, mode, atMs }) {
        const isOwn = reason === 'baseline' || reason === 'growth';
        watch.settled(isOwn && mode === 'fork' ? atMs : null);
      },
      stop() {},
    };
  },
};
