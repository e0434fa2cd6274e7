import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

import { clearTimeout, monotonicMs, setTimeout } from '../primordials.ts';
import type { Probe } from '../probe.ts';
import { watchStalls, type StallWatch } from '../stalls/watch.ts';

// 10 ms, Node's default, costs 0.6 % of a core in an idle process; 50 ms costs 0.2 % and still meets every longer block.
const RESOLUTION_MS = 50;

// What loads when a program starts is no stall, and a short-lived process needs no second thread.
const WATCH_AFTER_MS = 1000;

const NANOSECONDS_PER_MS = 1e6;

/** How much later than asked the event loop came round; and a watchdog that looks what it does when it does not. */
export const loopDelayProbe: Probe = {
  name: 'loop-delay',
  start({ options, recordingFile, startedAtNanos, onStall }) {
    const { stallMs } = options;
    const resolutionMs = stallMs === 0 ? RESOLUTION_MS : Math.min(RESOLUTION_MS, stallMs / 2);
    const isWatched = stallMs > 0 && isMainThread;
    const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    histogram.enable();
    // The watchdog's own goes on when the window of this one is over. Begun together, both tick at one waking of the loop.
    const pulse = isWatched ? monitorEventLoopDelay({ resolution: resolutionMs }) : null;
    pulse?.enable();
    let resetMs = monotonicMs();
    let stalls: StallWatch | null = null;

    // The histogram holds whole intervals between two of its ticks, not how late the second one was.
    const delayMs = (nanoseconds: number) =>
      histogram.count === 0 ? 0 : Math.max(0, nanoseconds / NANOSECONDS_PER_MS - resolutionMs);
    // A histogram just reset counts from its next tick only, and a block may begin before: what its intervals do not add up
    // to, but for the ticks at both ends. Adding them up reads the whole histogram, and is left out where they can't matter.
    const longestDelayMs = () => {
      const { count } = histogram;
      const longestMs = delayMs(histogram.max);
      const elsewhereMs = monotonicMs() - resetMs - 2 * resolutionMs;
      if (elsewhereMs - count * resolutionMs <= longestMs) return longestMs;
      const measuredMs = count === 0 ? 0 : (count * histogram.mean) / NANOSECONDS_PER_MS;
      return Math.max(longestMs, elsewhereMs - measuredMs);
    };
    const restart = () => {
      histogram.reset();
      resetMs = monotonicMs();
    };
    const watchTimer = setTimeout(() => {
      if (pulse === null) return;
      const watched = { pulse, resolutionMs, thresholdMs: stallMs, recordingFile, startedAtNanos };
      stalls = watchStalls(watched, onStall);
    }, WATCH_AFTER_MS);
    watchTimer.unref();
    return {
      sample() {
        const delays = {
          loopDelayP50Ms: delayMs(histogram.percentile(50)),
          loopDelayP99Ms: delayMs(histogram.percentile(99)),
          loopDelayMaxMs: longestDelayMs(),
        };
        restart();
        return delays;
      },
      suspend: () => stalls?.suspend(),
      resume() {
        restart();
        stalls?.resume();
      },
      stop() {
        clearTimeout(watchTimer);
        stalls?.stop();
        pulse?.disable();
        histogram.disable();
      },
    };
  },
};
