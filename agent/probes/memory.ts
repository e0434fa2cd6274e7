import type { Probe } from '../probe.ts';

const { memoryUsage } = process;

/** The process's memory as the kernel and V8 count it. In a worker thread `rss` is the process's, the rest the thread's. */
export const memoryProbe: Probe = {
  name: 'memory',
  start() {
    return {
      sample() {
        const usage = memoryUsage();
        return {
          rssBytes: usage.rss,
          heapTotalBytes: usage.heapTotal,
          heapUsedBytes: usage.heapUsed,
          externalBytes: usage.external,
          arrayBuffersBytes: usage.arrayBuffers,
        };
      },
      stop() {},
    };
  },
};
