import type { Confidence } from '../report.ts';
import type { GrowthGroup } from './groups.ts';

/**
 * What the growth of a group means. leak: it comes and stays. passing: most of it goes again (requests in flight).
 * rotating: the oldest leave as new ones come (a bounded cache, a ring). slowing: it grows ever less (a cache filling up,
 * lazily loaded things). settled: it grew no more after the last snapshot. reserved: it fills slots that were set aside for it.
 * bounded: the code empties it at a size that it had not reached.
 */
export type Judgement =
  | { readonly is: 'leak'; readonly confidence: Confidence }
  | { readonly is: 'passing' | 'rotating' | 'slowing' | 'settled' | 'reserved' }
  | { readonly is: 'bounded'; readonly sentence: string };

/** Below this share the windows' objects are on their way through: measured 0 for LRU, ring and requests, 1 for leaks. */
const MIN_SURVIVAL = 0.5;

/** A last window that brought less than this share of the first one's rate is on its way to an end. */
const MIN_LAST_RATE = 0.4;

/** Windows within this ratio of each other are of one length: a loaded machine alone makes such a difference. */
const SAME_LENGTH = 1.7;

/** The first snapshot's objects tell about rotation only if they are this share of what is there in the end. */
const MIN_OLDEST_SHARE = 0.15;

export interface JudgeOptions {
  /** Per window: how long it was, in any unit; null when unknown. */
  readonly windowWeights: readonly number[] | null;
  /** By which it is known what is the same in two snapshots. */
  readonly comparable: 'ids' | 'paths-of-one-process' | 'paths';
}

export function judge(group: GrowthGroup, options: JudgeOptions): Judgement {
  if (group.survival !== null && group.survival < MIN_SURVIVAL && !leavesResidue(group))
    return { is: 'passing' };
  if (options.comparable === 'paths-of-one-process' && !standsOut(group)) return { is: 'passing' };
  const { windowWeights } = options;
  if (isRotating(group) || isBalanced(group, windowWeights)) return { is: 'rotating' };
  if (lastRate(group.steps, windowWeights) < MIN_LAST_RATE) return { is: 'slowing' };
  return { is: 'leak', confidence: confidenceOf(group, options) };
}

/**
 * Most of it passes, but each window leaves some behind for good, and the total climbs by about as much: a leak among
 * things in flight. The climb has to stand out from how the number in flight scatters (Poisson).
 */
function leavesResidue({ counts, steps, cohortSurvival }: GrowthGroup): boolean {
  const climb = counts[counts.length - 1] - counts[0];
  if (steps.length < 2 || climb < RESIDUE_DEVIATIONS * Math.sqrt(counts[0]) || cohortSurvival[0] === 0)
    return false;
  return counts.slice(1).every((count, window) => {
    const gained = count - counts[window];
    const isLast = window === steps.length - 1; // what came last is still in flight, so it proves nothing
    return gained > 0 && (isLast || steps[window] >= gained / 2);
  });
}

const RESIDUE_DEVIATIONS = 4;

/** Where nobody knows what stayed, the climb has to be more than the scatter of as many things in flight. */
function standsOut({ counts }: GrowthGroup): boolean {
  const climb = counts[counts.length - 1] - counts[0];
  return (
    climb >= RESIDUE_DEVIATIONS * Math.sqrt(counts[0]) &&
    counts.every((count, at) => count >= (counts[at - 1] ?? 0))
  );
}

/**
 * The oldest leave while what came later stays, as out of a full cache, and the total levels off; or nothing but the newest is
 * left. Things in flight leave from every window alike.
 */
function isRotating({ counts, cohortSurvival }: GrowthGroup): boolean {
  const survival = cohortSurvival.filter((share) => share !== null);
  const [oldest] = cohortSurvival;
  if (oldest === null || survival.length < 2 || counts[0] < MIN_OLDEST_SHARE * counts[counts.length - 1])
    return false;
  if (survival.length > 2 && survival.slice(0, -1).every((share) => share < NOTHING_LEFT)) return true;
  return survival[survival.length - 1] - oldest >= OLDEST_FIRST && isLevellingOff(counts);
}

const NOTHING_LEFT = 0.1;
const OLDEST_FIRST = 0.25; // by so much more of the newest stays than of the oldest: they leave in turn

/** In the end as many leave as come, whichever they are: out of a reservoir, or a list that is cut back when it is full. */
function isBalanced({ counts, steps }: GrowthGroup, weights: readonly number[] | null): boolean {
  const gains = counts.slice(1).map((count, window) => count - counts[window]);
  const isClimbing = counts[counts.length - 2] > counts[0]; // else there is no gain to compare with
  return (
    isClimbing && lastRate(gains, weights) < MAX_BALANCED_GAIN && lastRate(steps, weights) >= MIN_LAST_RATE
  );
}

const MAX_BALANCED_GAIN = 0.1; // of the gain before: the rest is chance

/** The total climbs ever less although as much comes in: the bound is near. */
function isLevellingOff(counts: readonly number[]): boolean {
  const gains = counts.slice(1).map((count, window) => count - counts[window]);
  return gains.length >= 2 && shareOfLast(gains) < MAX_NET_SHARE;
}

const MAX_NET_SHARE = 0.75;

/**
 * How fast the last window grew, as a share of the mean of those before it. Windows of about one length are taken to have
 * seen the same work, however long it took; of clearly different ones either they or their pace may be what is alike, so the
 * larger share counts. Infinity with one window.
 */
function lastRate(steps: readonly number[], weights: readonly number[] | null): number {
  if (steps.length < 2) return Number.POSITIVE_INFINITY;
  if (!weights || Math.max(...weights) <= SAME_LENGTH * Math.min(...weights)) return shareOfLast(steps);
  return Math.max(shareOfLast(steps), shareOfLast(ratesOf(steps, weights)));
}

/** Growth comes in bursts, so a last window that is short beside another is taken together with the one before it. */
function ratesOf(steps: readonly number[], weights: readonly number[]): number[] {
  const last = steps.length - 1;
  const isShort = weights[last] * TOO_SHORT < Math.max(...weights) && steps[last] > 0 && last >= 2;
  if (!isShort) return steps.map((step, window) => step / weights[window]);
  const merged = (values: readonly number[]) => [
    ...values.slice(0, last - 1),
    values[last - 1] + values[last],
  ];
  return ratesOf(merged(steps), merged(weights));
}

const TOO_SHORT = 4; // times shorter than the longest

function shareOfLast(rates: readonly number[]): number {
  const before = rates.slice(0, -1);
  const mean = before.reduce((total, rate) => total + rate, 0) / before.length;
  return mean === 0 ? Number.POSITIVE_INFINITY : rates[rates.length - 1] / mean;
}

const MAX_LEAD = 1.5; // of the last window's share to the one before: parts come in numbers that scatter

/** Whether a window brings parts as it brings owners: then each owner has its own, and these end with the owners. */
export function isInStep({ steps: parts }: GrowthGroup, { steps: owners }: GrowthGroup): boolean {
  const last = parts.length - 1;
  const sum = (steps: readonly number[]) => steps.slice(0, last).reduce((total, step) => total + step, 0);
  return parts[last] * sum(owners) <= MAX_LEAD * sum(parts) * owners[last];
}

function confidenceOf(group: GrowthGroup, options: JudgeOptions): Confidence {
  const windows = group.steps.length;
  const reasons: string[] = [];
  const missing: string[] = [];
  let score = 0.45;
  if (windows >= 2) {
    score += 0.25;
    const grown = group.steps.filter((step) => step > 0).length;
    reasons.push(`grew in ${grown} of ${windows} windows between snapshots`);
  } else {
    reasons.push('grew between the two snapshots');
    missing.push('a third snapshot: two cannot tell a leak from warm-up');
  }
  if (group.survival !== null) {
    score += group.survival >= 0.9 ? 0.2 : group.survival >= MIN_SURVIVAL ? 0.05 : -0.05;
    reasons.push(`${percent(group.survival)} of what came in an earlier window is still held`);
  }
  if ((group.cohortSurvival[0] ?? 0) >= 0.9) score += 0.05;
  const rate = lastRate(group.steps, options.windowWeights);
  if (windows >= 2 && rate >= 0.7) {
    score += 0.05;
    reasons.push('no sign of slowing down');
  } else if (windows >= 2) {
    score -= 0.15;
    reasons.push(`the last window grew at ${percent(rate)} of the rate before`);
    missing.push('a later snapshot: growth may be levelling off');
  }
  if (options.comparable === 'paths-of-one-process')
    missing.push('snapshots that the process takes itself: in forked ones nobody can check what stayed');
  if (options.comparable === 'paths') {
    score -= 0.35;
    missing.push('snapshots of one process: survival cannot be checked across processes');
  }
  return { level: levelOf(score), score: Math.max(0, Math.min(1, round(score))), reasons, missing };
}

function levelOf(score: number): Confidence['level'] {
  if (score >= 0.8) return 'high';
  return score >= 0.6 ? 'medium' : 'low';
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const round = (value: number) => Math.round(value * 100) / 100;
