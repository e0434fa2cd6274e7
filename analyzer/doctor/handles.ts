import { countText } from '../render/units.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';
import type { Vitals } from './vitals.ts';

// Fewer come and go with whatever a program does.
const MIN_GAIN = 20;
const MIN_GAIN_SHARE = 0.2;

const QUARTERS = 4;
const MIN_SAMPLES = 12;

const ADVICE: Readonly<Record<string, string>> = {
  Timeout: 'Clear timers and intervals when what they are for is over.',
  TCPSocketWrap: 'Close connections, set timeouts on them, and share one pool or agent among requests.',
  FSReqCallback: 'File operations pile up: limit how many run at once.',
};

/** Whether timers, sockets and other resources become more and more. */
export const handles: Examiner = {
  area: 'handles',
  examine(vitals) {
    const { samples, isTooShort } = vitals;
    if (isTooShort || samples.length < MIN_SAMPLES) return unknown('The recording is too short.');
    const types = new Set(samples.flatMap(({ activeResources }) => Object.keys(activeResources)));
    const growing = [...types].flatMap((type) => growthOf(vitals, type));
    if (growing.length === 0) {
      const last = Object.values(samples[samples.length - 1].activeResources);
      return healthy(
        `${countText(
          last.reduce((sum, count) => sum + count, 0),
          'active resource',
        )} at the end, none piles up.`,
      );
    }
    return {
      state: 'ill',
      summary: `${growing.map(({ type }) => type).join(', ')} pile up and are not closed.`,
      evidence: growing.map(
        ({ type, least }) => `${type}: at least ${least.join(', then ')}, quarter by quarter`,
      ),
      advice: growing.map(({ type }) => ADVICE[type] ?? `Close each ${type} when it is no longer needed.`),
    };
  },
};

/** A resource of which there were never again as few as before, in any quarter of the time. */
function growthOf({ samples }: Vitals, type: string): readonly { type: string; least: readonly number[] }[] {
  const counts = samples.map(({ activeResources }) => activeResources[type] ?? 0);
  const least = Array.from({ length: QUARTERS }, (_, quarter) =>
    Math.min(
      ...counts.slice((quarter * counts.length) / QUARTERS, ((quarter + 1) * counts.length) / QUARTERS),
    ),
  );
  const steps = least.slice(1).map((count, index) => count - least[index]);
  // A load that begins brings all of its connections at once; what piles up does so in every quarter alike.
  const gain = least[QUARTERS - 1] - least[1];
  const isSteady = steps.every((step) => step > 0) && steps[QUARTERS - 2] >= steps[0] / 3;
  return isSteady && gain >= Math.max(MIN_GAIN, MIN_GAIN_SHARE * least[1]) ? [{ type, least }] : [];
}
