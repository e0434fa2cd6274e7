import { durationText } from '../render/units.ts';
import { median } from '../series/trend.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';

// Waiting for a CPU in stalls for less of the time happens on any machine that does something else at times.
const MAX_STARVED_SHARE = 0.05;

// A server spends a third of its time in the kernel for its sockets, and hardly ever more than half.
const MAX_KERNEL_SHARE = 0.7;
const MIN_CORES = 0.5;

/** Whether the process is given the CPU it asks for, and does its own work with it. */
export const cpu: Examiner = {
  area: 'cpu',
  examine({ samples, stalls, durationMs, isTooShort }) {
    if (isTooShort) return unknown('The recording is too short.');
    const userMs = samples.reduce((sum, sample) => sum + sample.cpuUserMs, 0);
    const systemMs = samples.reduce((sum, sample) => sum + sample.cpuSystemMs, 0);
    const cores = (userMs + systemMs) / durationMs;
    const starvedMs = stalls
      .filter(({ category }) => category === 'starved')
      .reduce((sum, stall) => sum + (stall.totalDurationMs ?? stall.durationMs), 0);
    if (starvedMs >= MAX_STARVED_SHARE * durationMs)
      return {
        state: 'ill',
        summary: `The machine gave the process no CPU for ${durationText(starvedMs)} of ${durationText(durationMs)}.`,
        evidence: [`the event loop was ready to run and stood still; it used ${cores.toFixed(2)} cores`],
        advice: ['Raise the CPU limit of its container, or run less beside it.'],
      };
    const kernelShare = systemMs / (userMs + systemMs);
    if (cores >= MIN_CORES && kernelShare >= MAX_KERNEL_SHARE)
      return {
        state: 'ill',
        summary: `${Math.round(kernelShare * 100)} % of the CPU time goes to the kernel.`,
        evidence: [
          `${cores.toFixed(2)} cores in use, ${(cores * kernelShare).toFixed(2)} of them in system calls`,
        ],
        advice: ['Look for many small reads and writes, and batch or cache them.'],
      };
    const utilization = median(samples.map(({ loopUtilization }) => loopUtilization));
    return healthy(
      `${cores.toFixed(2)} cores in use; the event loop was busy ${Math.round(utilization * 100)} % of the time.`,
    );
  },
};
