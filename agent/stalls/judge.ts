/** Says what a stall was by all that was seen of it. */
import type { Profiler } from 'node:inspector';

import type { CallSite } from './call-sites.ts';
import type { Culprit } from './culprit.ts';
import type { Sight } from './main-thread-profiler.ts';
import { spentInStall, type Pulse, type Standstill } from './pulse.ts';
import { culpritIn, NOT_SEEN, shownMs } from './sight.ts';

/** A stall and when the thread was looked at, in milliseconds since the recording began. */
export interface Seen {
  readonly sight: Sight;
  readonly sinceMs: number;
  readonly lastedMs: number;
  /** When the thread was asked where it is, and when it answered. */
  readonly askedMs: number;
  readonly listenedMs: number;
  /** How long it had no CPU in between. */
  readonly waitedMs: number;
  readonly samplingMs: number;
  /** The profile was running before the stall began. */
  readonly isWhole: boolean;
}

export interface Judgement {
  readonly culprit: Culprit;
  /** Where the thread was when what kept it was over; empty when it was seen at it. */
  readonly stackAfter: readonly CallSite[];
}

// A profile that shows less of a stall began when the native call was over; a look so near its end met what came after.
const MIN_SHOWN_SHARE = 0.1;

// V8 that answers later was in a native call, and answers from wherever the thread went next.
const MIN_SILENCE_MS = 25;

/** Whether V8 listened to nobody. @param silentMs until it answered, without the time in which the thread had no CPU */
export function isSilence(silentMs: number): boolean {
  return silentMs >= MIN_SILENCE_MS;
}

/** What a stall was. @param microsOf a time on the profiler's clock */
export function judge(seen: Seen, microsOf: (atMs: number) => number): Judgement {
  const { sight, sinceMs, lastedMs, askedMs, samplingMs, isWhole } = seen;
  const endMs = sinceMs + lastedMs;
  const listenedMs = isWhole ? seen.listenedMs : listenedBy(seen, microsOf);
  const window = { fromMicros: microsOf(sinceMs), toMicros: microsOf(endMs) };
  const least = MIN_SHOWN_SHARE * lastedMs;
  const silentMs = listenedMs - askedMs - seen.waitedMs;
  const isSilent = isSilence(silentMs);
  const isShown = shownMs(sight, window, samplingMs) >= least;
  // One that began after half of what was left shows what came after.
  const isLate = silentMs > (endMs - askedMs) / 2;
  const { sitesAtStart } = sight;
  if (isShown && (isWhole || !isLate)) {
    const told = isSilent ? { ...sight, sitesAtStart: [] } : sight;
    return { culprit: culpritIn(told, window), stackAfter: isSilent ? sitesAtStart : [] };
  }
  if (isSilent) return { culprit: culpritIn(sight, null), stackAfter: sitesAtStart };
  if (endMs - listenedMs - sight.startCostMs < least) return { culprit: NOT_SEEN, stackAfter: sitesAtStart };
  return { culprit: culpritIn(sight, window), stackAfter: [] };
}

/** A thread that is itself given no CPU reads late that the profile began. */
function listenedBy({ sight, listenedMs }: Seen, microsOf: (atMs: number) => number): number {
  if (sight.profile === null) return listenedMs;
  return Math.min(listenedMs, listenedMs + (sight.profile.startTime - microsOf(listenedMs)) / 1000);
}

/** What a stall was that was over before it was looked at, by a profile that had been running. */
export function judgeUnseen(
  profile: Profiler.Profile | null,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  microsOf: (atMs: number) => number,
): Culprit {
  const window = { fromMicros: microsOf(fromMs), toMicros: microsOf(toMs) };
  return profile === null ? NOT_SEEN : culpritIn({ profile, sitesAtStart: [], startCostMs: 0 }, window);
}

/** Whether there would have been no stall if the thread had been given a CPU whenever it wanted one. */
export function isStarved(
  standstill: Standstill,
  end: Pulse,
  { lastedMs, thresholdMs }: { readonly lastedMs: number; readonly thresholdMs: number },
): boolean {
  const spent = spentInStall(standstill, end, lastedMs);
  return spent !== null && spent.waitedMs > lastedMs / 2 && spent.ranMs < thresholdMs;
}

/** A thread that used no CPU did not compute: it waited, for something that its stack does not tell. */
export function asWaiting(culprit: Culprit, standstill: Standstill, end: Pulse, lastedMs: number): Culprit {
  const spent = spentInStall(standstill, end, lastedMs);
  if (culprit.category !== 'cpu' || spent === null) return culprit;
  return spent.ranMs + spent.waitedMs > lastedMs / 2 ? culprit : { ...culprit, category: 'native' };
}
