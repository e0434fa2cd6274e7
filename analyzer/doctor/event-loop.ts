import type { Stall, StackFrame } from '../../agent/recording.ts';
import { countText, durationText } from '../render/units.ts';
import { median } from '../series/trend.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';

// A loop that stands still for one hundredth of the time, or once for a second, makes somebody wait.
const MAX_STALLED_SHARE = 0.01;
const MAX_STALL_MS = 1000;

// In half of all samples the slowest hundredth of turns was later than a person notices.
const MAX_DELAY_MS = 100;

const MAX_CULPRITS = 3;

/** Whether the event loop stands still, and in which function. A worker thread is there to be blocked. */
export const eventLoop: Examiner = {
  area: 'event-loop',
  examine({ header, samples, stalls, durationMs, isTooShort }) {
    if (header.role === 'worker-thread') return healthy('A worker thread may work without pause.');
    const own = stalls.filter(({ category }) => category !== 'starved');
    const totalMs = own.reduce((sum, stall) => sum + totalOf(stall), 0);
    const longest = own.toSorted((a, b) => b.durationMs - a.durationMs)[0];
    const count = own.reduce((sum, stall) => sum + (stall.count ?? 1), 0);
    const isStalling =
      longest !== undefined &&
      (longest.durationMs >= MAX_STALL_MS || totalMs >= MAX_STALLED_SHARE * durationMs);
    if (isTooShort && !isStalling) return unknown('The recording is too short.');
    const delayMs = median(samples.map(({ loopDelayP99Ms }) => loopDelayP99Ms));
    if (!isStalling && !(delayMs >= MAX_DELAY_MS)) {
      const worstMs = Math.max(0, ...samples.map(({ loopDelayMaxMs }) => loopDelayMaxMs));
      return healthy(`The event loop comes round; its worst delay was ${Math.round(worstMs)} ms.`);
    }
    return {
      state: 'ill',
      summary: isStalling
        ? `The event loop stood still ${countText(count, 'time')}, for ${stallText(totalMs)} of ${durationText(durationMs)}.`
        : `The event loop is late by ${Math.round(delayMs)} ms again and again.`,
      evidence: culprits(own),
      advice: [
        'Everything else waits meanwhile: do less per turn, use the asynchronous form of the call, or move the work into a worker thread.',
      ],
    };
  },
};

function totalOf(stall: Stall): number {
  return stall.totalDurationMs ?? stall.durationMs;
}

function culprits(stalls: readonly Stall[]): readonly string[] {
  const byCulprit = new Map<string, { totalMs: number; longestMs: number; count: number }>();
  for (const stall of stalls) {
    const name = `${frameText(stall.culprit)} (${stall.category})`;
    const known = byCulprit.get(name) ?? { totalMs: 0, longestMs: 0, count: 0 };
    byCulprit.set(name, {
      totalMs: known.totalMs + totalOf(stall),
      longestMs: Math.max(known.longestMs, stall.durationMs),
      count: known.count + (stall.count ?? 1),
    });
  }
  return [...byCulprit]
    .toSorted(([, a], [, b]) => b.totalMs - a.totalMs)
    .slice(0, MAX_CULPRITS)
    .map(
      ([name, { totalMs, longestMs, count }]) =>
        `${name}: ${countText(count, 'time')}, ${stallText(totalMs)} together, at most ${stallText(longestMs)}`,
    );
}

function stallText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : durationText(milliseconds);
}

function frameText(frame: StackFrame | null): string {
  if (frame === null) return 'a function that was not seen';
  return `${frame.functionName === '' ? 'an anonymous function' : frame.functionName} at ${frame.file}:${frame.line}`;
}
