import { bytesText, countText, durationText } from '../render/units.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';

// A collector that takes less of the time is worth what it costs.
const MAX_SHARE = 0.1;

// A pause that a person notices; a single one may come from a moment's work.
const LONG_PAUSE_MS = 100;
const MIN_LONG_PAUSES = 3;

// Incremental marking goes on beside the program: its length is no pause.
const STOPPING = new Set(['minor', 'major', 'weak-callbacks']);

/** Whether the garbage collector takes the program's time. */
export const collections: Examiner = {
  area: 'gc',
  examine({ collections: all, durationMs, isTooShort, samples }) {
    if (isTooShort) return unknown('The recording is too short.');
    const stopping = all.filter(({ kind }) => STOPPING.has(kind));
    const pausedMs = stopping.reduce((sum, gc) => sum + (gc.totalPauseMs ?? gc.pauseMs), 0);
    const share = pausedMs / durationMs;
    const long = stopping.filter(({ pauseMs }) => pauseMs >= LONG_PAUSE_MS);
    const longestMs = Math.max(0, ...stopping.map(({ pauseMs }) => pauseMs));
    const facts = `${percent(share)} of the time, at most ${Math.round(longestMs)} ms at once`;
    if (share < MAX_SHARE && long.length < MIN_LONG_PAUSES) return healthy(`Collections took ${facts}.`);
    const minorMs = stopping
      .filter(({ kind }) => kind === 'minor')
      .reduce((sum, gc) => sum + (gc.totalPauseMs ?? gc.pauseMs), 0);
    const isYoung = minorMs > pausedMs / 2;
    return {
      state: 'ill',
      summary: `The garbage collector took ${facts}.`,
      evidence: [
        `${countText(long.length, 'pause')} of ${LONG_PAUSE_MS} ms or more in ${durationText(durationMs)}`,
        isYoung ? 'most of it for new objects' : 'most of it for the whole heap',
        `${bytesText(samples.at(-1)?.heapUsedBytes ?? 0)} of heap in use at the end`,
      ],
      advice: [
        isYoung
          ? 'Make fewer objects per request, or give the young generation more room with --max-semi-space-size.'
          : 'Keep less in the heap: `leakwatch run` or three snapshots say what does. Near the heap limit, raise --max-old-space-size.',
      ],
    };
  },
};

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
