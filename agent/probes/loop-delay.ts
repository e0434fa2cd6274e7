import { monitorEventLoopDelay } from 'node:perf_hooks';

import { clearTimeout, monotonicMs, setTimeout } from '../primordials.ts';
import type { Probe } from '../probe.ts';

// 10 ms, Node's default, costs 0.6 % of a core in an idle process; 50 ms costs 0.2 % and still meets every longer block.
const RESOLUTION_MS = 50;

const NANOSECONDS_PER_MS = 1e6;

/** How much later than asked the event loop came round. */
export const loopDelayProbe: Probe = {
  name: 'loop-delay',
  start() {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    let gap = watchGap();

    // The histogram holds whole intervals between two of its ticks, not how late the second one was.
    const delayMs = (nanoseconds: number) =>
      histogram.count === 0 ? 0 : Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
    const restart = () => {
      histogram.reset();
      gap.stop();
      gap = watchGap();
    };
    return {
      sample() {
        const delays = {
          loopDelayP50Ms: delayMs(histogram.percentile(50)),
          loopDelayP99Ms: delayMs(histogram.percentile(99)),
          loopDelayMaxMs: Math.max(delayMs(histogram.max), gap.delayMs()),
        };
        restart();
        return delays;
      },
      forget: restart,
      stop() {
        histogram.disable();
        gap.stop();
      },
    };
  },
};

/** Watches what a histogram just reset does not: it counts from its next tick only, and a block may begin before. */
function watchGap(): { delayMs(): number; stop(): void } {
  const dueMs = monotonicMs() + RESOLUTION_MS;
  let lateMs: number | null = null;
  const timer = setTimeout(() => {
    lateMs = Math.max(0, monotonicMs() - dueMs);
  }, RESOLUTION_MS);
  timer.unref();
  return {
    delayMs: () => lateMs ?? Math.max(0, monotonicMs() - dueMs),
    stop: () => clearTimeout(timer),
  };
}
