/** Which call sites allocate what stays: the leak's evidence of a run whose heap was only sampled. */
import type { StackFrame } from '../../agent/recording.ts';

/** A sampling heap profile as V8 and DevTools write it (`.heapprofile`); only the fields that are read here. */
export interface HeapProfile {
  readonly head: ProfileNode;
  readonly samples: readonly AllocationSample[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** 0-based; of the function, not of the statement that allocates. */
    readonly lineNumber: number;
    /** 0-based. */
    readonly columnNumber?: number;
  };
  readonly children: readonly ProfileNode[];
}

/** One allocation that was noted and is still alive; it stands for `size` bytes of its site. */
export interface AllocationSample {
  readonly size: number;
  readonly nodeId: number;
  /** Counts up with time over all profiles of one process. */
  readonly ordinal: number;
}

export interface TimedProfile {
  readonly atMs: number;
  readonly profile: HeapProfile;
}

/** A call site whose allocations stay alive, whenever they were made. */
export interface AllocationGrowth {
  /** The innermost function of the application on the stack; of Node's own work, Node's. */
  readonly site: StackFrame;
  /** Estimated, with the 95 % interval that the number of samples allows. */
  readonly bytesPerMinute: number;
  readonly bytesPerMinuteLow: number;
  readonly bytesPerMinuteHigh: number;
  /** Samples still alive at the end, by the window they were allocated in, oldest first. */
  readonly survivorsByWindow: readonly number[];
  /** 0..1 of all that was allocated in the windows and is still alive. */
  readonly share: number;
}

const MINUTE_MS = 60_000;

// Three, like the windows between snapshots: in two, warm-up and what is in flight look alike.
const MIN_WINDOWS = 3;
const MAX_WINDOWS = 4;

// Of fewer the interval of the rate reaches from a third of it to twice as much.
const MIN_SURVIVORS_PER_WINDOW = 5;

// A cache that turns over keeps little of its older windows; of a leak all is left but for chance.
const MIN_SURVIVAL = 0.4;

// A site with less of the growth is rather a part of another one's.
const MIN_SHARE = 0.02;

/**
 * The sites of which something stays of every window between the profiles, about as much of the older as of the newest.
 * The largest first; none is `[]`, and null is too few profiles to say. What was alive at the first profile is warm-up.
 * @param profiles of one process, in order of time, whose sampling was never restarted
 */
export function allocationGrowth(profiles: readonly TimedProfile[]): readonly AllocationGrowth[] | null {
  const bounds = evenBounds(profiles);
  if (bounds === null) return null;
  const last = profiles[profiles.length - 1];
  const siteByNode = sitesOf(last.profile.head);
  const endOrdinals = bounds.map(({ profile }) => largestOrdinal(profile));
  const sites = new Map<string, Survivors>();
  let totalBytes = 0;
  for (const { ordinal, nodeId, size } of last.profile.samples) {
    const window = endOrdinals.findIndex((end) => ordinal <= end) - 1;
    const site = siteByNode.get(nodeId);
    if (window < 0 || site === undefined) continue;
    totalBytes += size;
    const key = `${site.functionName} ${site.file}:${site.line}`;
    const survivors = sites.get(key) ?? { site, counts: bounds.slice(1).map(() => 0), bytes: 0 };
    survivors.counts[window]++;
    survivors.bytes += size;
    sites.set(key, survivors);
  }
  const widthsMs = widthsOf(bounds);
  return [...sites.values()]
    .filter(({ counts, bytes }) => staysOf(counts, widthsMs) && bytes >= MIN_SHARE * totalBytes)
    .map((survivors) => growthOf(survivors, totalBytes, widthsMs))
    .toSorted((one, other) => other.bytesPerMinute - one.bytesPerMinute);
}

interface Survivors {
  readonly site: StackFrame;
  /** Window -> samples. */
  readonly counts: number[];
  bytes: number;
}

// Of an even part of the time; a narrower window, as between the last two profiles, holds too little to judge.
const MIN_WIDTH = 0.3;

/** The profiles between which the windows lie, about as wide as each other; null when there are too few. */
function evenBounds(profiles: readonly TimedProfile[]): readonly TimedProfile[] | null {
  for (let windows = MAX_WINDOWS; windows >= MIN_WINDOWS; windows--) {
    const bounds = boundsNear(profiles, windows);
    if (bounds.length !== windows + 1) continue;
    const even = (bounds[windows].atMs - bounds[0].atMs) / windows;
    if (widthsOf(bounds).every((widthMs) => widthMs >= MIN_WIDTH * even)) return bounds;
  }
  return null;
}

/** The profiles nearest to so many equal parts of their time, each once. */
function boundsNear(profiles: readonly TimedProfile[], windows: number): readonly TimedProfile[] {
  if (profiles.length === 0) return [];
  const fromMs = profiles[0].atMs;
  const stepMs = (profiles[profiles.length - 1].atMs - fromMs) / windows;
  const moments = Array.from({ length: windows + 1 }, (_, index) => fromMs + index * stepMs);
  return [...new Set(moments.map((atMs) => nearestTo(atMs, profiles)))];
}

function nearestTo(wantedMs: number, profiles: readonly TimedProfile[]): TimedProfile {
  return profiles.reduce((best, one) =>
    Math.abs(one.atMs - wantedMs) < Math.abs(best.atMs - wantedMs) ? one : best,
  );
}

function widthsOf(bounds: readonly TimedProfile[]): readonly number[] {
  return bounds.slice(1).map(({ atMs }, index) => atMs - bounds[index].atMs);
}

function staysOf(counts: readonly number[], widthsMs: readonly number[]): boolean {
  const rates = counts.map((count, window) => count / widthsMs[window]);
  const newest = rates[rates.length - 1];
  return (
    counts.every((count) => count >= MIN_SURVIVORS_PER_WINDOW) &&
    rates.slice(0, -1).every((rate) => rate >= MIN_SURVIVAL * newest)
  );
}

function growthOf({ site, counts, bytes }: Survivors, totalBytes: number, widthsMs: readonly number[]) {
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const minutes = widthsMs.reduce((sum, width) => sum + width, 0) / MINUTE_MS;
  const bytesPerMinute = bytes / minutes;
  const [low, high] = poissonInterval(samples);
  return {
    site,
    bytesPerMinute,
    bytesPerMinuteLow: (bytesPerMinute * low) / samples,
    bytesPerMinuteHigh: (bytesPerMinute * high) / samples,
    survivorsByWindow: counts,
    share: bytes / totalBytes,
  };
}

/** The 95 % interval of the mean of a Poisson variable of which one value is known. */
function poissonInterval(count: number): readonly [number, number] {
  return [byarsBound(count, -1.96), byarsBound(count + 1, 1.96)];
}

/** Byar's approximation, as in Rothman and Boice (1979). */
function byarsBound(count: number, z: number): number {
  return count * (1 - 1 / (9 * count) + z / (3 * Math.sqrt(count))) ** 3;
}

function largestOrdinal({ samples }: HeapProfile): number {
  return samples.reduce((largest, { ordinal }) => Math.max(largest, ordinal), 0);
}

/** Node id -> the site its allocations count for. */
function sitesOf(head: ProfileNode): ReadonlyMap<number, StackFrame> {
  const siteByNode = new Map<number, StackFrame>();
  const open: { readonly node: ProfileNode; readonly caller: StackFrame | null }[] = [
    { node: head, caller: null },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, caller } = next;
    const own = frameOf(node);
    const isOwn = own !== null && (isApplications(own) || caller === null || !isApplications(caller));
    const site = isOwn ? own : caller;
    if (site !== null) siteByNode.set(node.id, site);
    for (const child of node.children) open.push({ node: child, caller: site });
  }
  return siteByNode;
}

/** Null for what the engine does by itself: it has no file. */
function frameOf({ callFrame }: ProfileNode): StackFrame | null {
  const { functionName, url, lineNumber } = callFrame;
  if (url === '') return null;
  const file = url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url;
  return { functionName, file, line: lineNumber + 1 };
}

function isApplications({ file }: StackFrame): boolean {
  return !file.startsWith('node:') && !file.includes('/node_modules/');
}
