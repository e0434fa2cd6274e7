/** Tells growth of the heap's floor that goes on from warm-up that ends. Numbers in, an answer out. */

interface Floor {
  readonly atMs: number;
  readonly bytes: number;
}

// In fewer, a wave of load or a warm-up of minutes looks like a leak.
const MIN_FLOORS = 10;

// How many of the latest floors must still rise for the second and the third snapshot.
const LATEST_FLOORS = 6;

// Beyond this many the older ones are thinned out: the trend needs their spread, not their number.
const MAX_FLOORS = 96;

// Of all pairs of floors, the share of rising ones less that of falling ones (Kendall's tau).
const MIN_TAU = 0.6;

// A cache that fills up and a compiler that warms up slow down; a leak does not. Slope of the later half to the earlier.
const MIN_PERSISTENCE = 0.5;

// A heap of a few megabytes that grows by half a one is worth the fraction of a second that its snapshot takes.
const MIN_GROWTH_BYTES = 512 * 1024;
const MIN_GROWTH_SHARE = 0.03;

// After the third snapshot there is nothing more to compare until the heap is another one.
const SNAPSHOTS_PER_EPISODE = 3;
const NEXT_EPISODE_FACTOR = 2;

/** Watches floors and says at which of them a snapshot helps. */
export interface GrowthWatch {
  /** Takes one more floor; true when the growth so far calls for a snapshot, which is then counted as taken. */
  add(atMs: number, floorBytes: number): boolean;
}

export function createGrowthWatch(): GrowthWatch {
  let floors: Floor[] = [];
  let taken = 0;
  let lastTakenBytes = 0;

  const isDue = (bytes: number): boolean => {
    // What an application loads when it starts rises steeply and ends; the later half of the floors is past it.
    if (taken === 0) return growsOn(floors) || growsOn(floors.slice(floors.length >> 1));
    if (taken === SNAPSHOTS_PER_EPISODE) return bytes > lastTakenBytes * NEXT_EPISODE_FACTOR;
    return hasRisen(lastTakenBytes, bytes) && isRising(floors.slice(-LATEST_FLOORS));
  };
  return {
    add(atMs, bytes) {
      floors.push({ atMs, bytes });
      if (floors.length > MAX_FLOORS) floors = floors.filter((_, index) => index % 2 === 0);
      if (!isDue(bytes)) return false;
      taken = (taken % SNAPSHOTS_PER_EPISODE) + 1;
      lastTakenBytes = bytes;
      return true;
    },
  };
}

/** Whether the floors rise by more than chance, by enough to matter, and in the later half still as in the earlier. */
function growsOn(floors: readonly Floor[]): boolean {
  if (floors.length < MIN_FLOORS || !isRising(floors)) return false;
  const middle = floors.length >> 1;
  const earlySlope = medianSlope(floors.slice(0, middle));
  const lateSlope = medianSlope(floors.slice(middle));
  return (
    hasRisen(floors[0].bytes, floors[floors.length - 1].bytes) && lateSlope >= MIN_PERSISTENCE * earlySlope
  );
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
