/** Tells growth of the heap's floor that goes on from warm-up that ends. Numbers in, an answer out. */

interface Floor {
  readonly atMs: number;
  readonly bytes: number;
}

// After fewer collections, a wave of load or a warm-up of minutes looks like a leak.
const MIN_FLOORS = 10;

// Collections that come together (forced ones, or a full heap's) tell one floor: the lowest of them.
const ONE_FLOOR_MS = 300;
const MIN_DISTINCT_FLOORS = 5;

// Windows of about one length compare best, so the later snapshots wait for their share of the time the first one took.
const MIN_WINDOW_SHARE = 0.4;

// How many floors since the last snapshot must rise for the next one.
const MIN_LATEST_FLOORS = 3;

// Beyond this many the older ones are thinned out: the trend needs their spread, not their number.
const MAX_FLOORS = 96;

// Of all pairs of floors, the share of rising ones less that of falling ones (Kendall's tau).
const MIN_TAU = 0.6;

// A cache that fills up and a compiler that warms up slow down; a leak does not. Slope of the later half to the earlier.
const MIN_PERSISTENCE = 0.5;

// Of what the later quarters rose, so much has to have come in each: an even rise brings a half.
const MIN_QUARTER_SHARE = 0.2;

// A heap of a few megabytes that grows by half a one is worth the fraction of a second that its snapshot takes.
const MIN_GROWTH_BYTES = 512 * 1024;
const MIN_GROWTH_SHARE = 0.03;

// Three show the growth, and one after as long again shows whether it went on, whatever the floor did: it may hide it. Then
// there is nothing more to compare until the heap is another one.
const GROWTH_SNAPSHOTS = 3;
const SNAPSHOTS_PER_EPISODE = GROWTH_SNAPSHOTS + 1;
const NEXT_EPISODE_FACTOR = 2;

/** Watches floors and says at which of them a snapshot helps. */
export interface GrowthWatch {
  /** Takes one more floor; true when the growth so far calls for a snapshot, which is then counted as taken. */
  add(atMs: number, floorBytes: number): boolean;
  /**
   * Tells that the snapshot it asked for is there or came to nothing, and when it was forked, if it was: until then it asks for
   * no other. A copy at work makes a window longer, and those after it are as long.
   */
  settled(forkedAtMs: number | null): void;
}

export function createGrowthWatch(): GrowthWatch {
  let floors: Floor[] = [];
  let collections = 0;
  let taken = 0;
  let last: Floor = { atMs: 0, bytes: 0 };
  let firstAtMs = 0; // of the episode
  let windowMs = 0;
  let forkedAtMs: number | null = null;
  let isAwaited = false;

  const isFirstDue = (): boolean => {
    if (collections < MIN_FLOORS) return false;
    // What an application loads when it starts rises steeply and ends; the later half of the floors is past it.
    const later = floors.slice(floors.length >> 1);
    return outlastsWarmUp(floors) && (growsOn(floors) || (later.length >= MIN_FLOORS && growsOn(later)));
  };
  const isNextDue = (now: Floor): boolean => {
    if (taken === SNAPSHOTS_PER_EPISODE) return now.bytes > last.bytes * NEXT_EPISODE_FACTOR;
    if (taken === GROWTH_SNAPSHOTS) return now.atMs - last.atMs >= last.atMs - firstAtMs;
    const since = floors.filter(({ atMs }) => atMs > last.atMs);
    const isLongEnough = since.length >= MIN_LATEST_FLOORS && now.atMs - last.atMs >= windowMs;
    return isLongEnough && hasRisen(last.bytes, now.bytes) && isRising([last, ...since]);
  };
  return {
    add(atMs, bytes) {
      collections++;
      floors = withFloor(floors, { atMs, bytes });
      if (floors.length > MAX_FLOORS) floors = floors.filter((_, index) => index % 2 === 0);
      const now = { atMs, bytes };
      if (isAwaited) return false;
      if (!(taken === 0 ? isFirstDue() : isNextDue(now))) return false;
      taken = (taken % SNAPSHOTS_PER_EPISODE) + 1;
      if (taken === 1) {
        firstAtMs = atMs;
        windowMs = MIN_WINDOW_SHARE * (atMs - floors[0].atMs);
        forkedAtMs = null;
      }
      last = now;
      isAwaited = true;
      return true;
    },
    settled(atMs) {
      isAwaited = false;
      if (atMs === null) return;
      if (forkedAtMs === null) firstAtMs = atMs;
      else windowMs = Math.max(windowMs, atMs - forkedAtMs);
      forkedAtMs = atMs;
      last = { ...last, atMs: Math.max(last.atMs, atMs) };
    },
  };
}

/** The floors with one more, which replaces the last one when both are of one moment. */
function withFloor(floors: readonly Floor[], floor: Floor): Floor[] {
  const before = floors.at(-1);
  if (before === undefined || floor.atMs - before.atMs >= ONE_FLOOR_MS) return [...floors, floor];
  return [...floors.slice(0, -1), { atMs: before.atMs, bytes: Math.min(before.bytes, floor.bytes) }];
}

/** Whether the floors rise by more than chance, by enough to matter, and in the later half still as in the earlier. */
function growsOn(floors: readonly Floor[]): boolean {
  if (floors.length < MIN_DISTINCT_FLOORS || !isRising(floors)) return false;
  const middle = floors.length >> 1;
  const earlySlope = medianSlope(floors.slice(0, middle));
  const lateSlope = medianSlope(floors.slice(middle));
  return (
    hasRisen(floors[0].bytes, floors[floors.length - 1].bytes) && lateSlope >= MIN_PERSISTENCE * earlySlope
  );
}

/**
 * Whether the lowest floors of the time's quarters went on rising after the first one, in which applications warm up. The lowest
 * ones, for a collection that ran while the application worked leaves garbage behind, and seldom all of them do: of 37 healthy
 * runs 23 looked like growth without this, and 2 do with it, both with a cache that filled up; of 24 leaks none is lost.
 */
function outlastsWarmUp(floors: readonly Floor[]): boolean {
  const [second, third, fourth] = lowestByQuarter(floors).slice(1);
  const rise = fourth - second;
  const isSpread = Math.min(third - second, fourth - third) >= MIN_QUARTER_SHARE * rise;
  return hasRisen(second, fourth) && isSpread;
}

/** The lowest floor of each quarter of the time, in bytes; NaN in one without any. */
function lowestByQuarter(floors: readonly Floor[]): readonly number[] {
  const fromMs = floors[0].atMs;
  const quarterMs = (floors[floors.length - 1].atMs - fromMs) / 4;
  const lowest = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  for (const { atMs, bytes } of floors) {
    const quarter = Math.min(3, Math.floor((atMs - fromMs) / quarterMs));
    if (!(bytes >= lowest[quarter])) lowest[quarter] = bytes;
  }
  return lowest;
}

function hasRisen(fromBytes: number, toBytes: number): boolean {
  return toBytes - fromBytes >= Math.max(MIN_GROWTH_BYTES, MIN_GROWTH_SHARE * fromBytes);
}

/** Kendall's rank correlation of the floors with time, against the threshold. */
function isRising(floors: readonly Floor[]): boolean {
  const signs = pairs(floors, (earlier, later) => Math.sign(later.bytes - earlier.bytes));
  return signs.reduce((sum, sign) => sum + sign, 0) >= MIN_TAU * signs.length;
}

/** Theil (1950) and Sen (1968): the median of the slopes of all pairs, which a few outliers don't move. Bytes per ms. */
function medianSlope(floors: readonly Floor[]): number {
  const slopes = pairs(
    floors,
    (earlier, later) => (later.bytes - earlier.bytes) / (later.atMs - earlier.atMs || 1),
  );
  return slopes.toSorted((a, b) => a - b)[slopes.length >> 1];
}

function pairs(floors: readonly Floor[], of: (earlier: Floor, later: Floor) => number): number[] {
  return floors.flatMap((later, index) => floors.slice(0, index).map((earlier) => of(earlier, later)));
}
