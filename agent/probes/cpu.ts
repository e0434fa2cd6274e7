import { cpuUsage } from '../primordials.ts';
import type { Probe } from '../probe.ts';

const MICROSECONDS_PER_MS = 1000;

/** The CPU time of the whole process, all its threads included. */
export const cpuProbe: Probe = {
  name: 'cpu',
  start() {
    let previous = cpuUsage();
    return {
      sample() {
        const current = cpuUsage();
        const sample = {
          cpuUserMs: (current.user - previous.user) / MICROSECONDS_PER_MS,
          cpuSystemMs: (current.system - previous.system) / MICROSECONDS_PER_MS,
        };
        previous = current;
        return sample;
      },
      stop() {},
    };
  },
};
