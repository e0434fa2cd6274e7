import { capitalized } from '../render/casing.ts';
import { countText } from '../render/units.ts';
import { healthy, unknown, type Examiner } from './diagnosis.ts';
import { OPEN_FILES, pilingUp, pilingUpText, resourceName } from './piling-up.ts';

const ADVICE: Readonly<Record<string, string>> = {
  Timeout: 'Clear timers and intervals when what they are for is over.',
  TCPSocketWrap: 'Close connections, set timeouts on them, and share one pool or agent among requests.',
  FSReqCallback: 'File operations pile up: limit how many run at once.',
  [OPEN_FILES]:
    'Close each file when it is done, also where the work ends early: a stream whose other end goes away stays open.',
};

/** Whether timers, sockets and other resources become more and more. */
export const handles: Examiner = {
  area: 'handles',
  examine({ samples, isTooShort }) {
    const growing = isTooShort ? null : pilingUp(samples);
    if (growing === null) return unknown('The recording is too short.');
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
      summary: `${capitalized(growing.map(({ type }) => resourceName(type)).join(', '))} pile up and are not closed.`,
      evidence: growing.map(
        (one) =>
          `${pilingUpText(one)}; quarter by quarter there were at least ${one.least.join(', then ')} (${one.type})`,
      ),
      advice: growing.map(({ type }) => ADVICE[type] ?? `Close each ${type} when it is no longer needed.`),
    };
  },
};
