/** What a run says of a leak without a heap snapshot, in sentences. */
import type { ManyListeners, Recording, Sample } from '../agent/recording.ts';
import { pilingUp, pilingUpText } from './doctor/piling-up.ts';
import { readText } from './open-file.ts';
import { capitalized } from './render/casing.ts';
import { bytesText, durationText } from './render/units.ts';
import {
  allocationGrowth,
  type AllocationGrowth,
  type HeapProfile,
  type TimedProfile,
} from './series/allocation-growth.ts';
import { isRisingOn } from './series/memory-trend.ts';
import { routeGrowth, routeWindows } from './series/route-growth.ts';
import { slopeInterval, type SlopeInterval } from './series/slope-interval.ts';

export interface Evidence {
  /** The heap's floor certainly rises and goes on to, or something of every window stays alive. */
  readonly isSuspicious: boolean;
  /** A sentence each, the strongest first. */
  readonly sentences: readonly string[];
}

// Fewer say little; with more nobody reads to the end.
const MAX_SITES = 3;
const MAX_ROUTES = 3;

const MINUTE_MS = 60_000;

/** @param profiles of the same process, in order of time; none where none were written */
export function evidenceOf(recording: Recording, profiles: readonly TimedProfile[]): Evidence {
  const floor = floorInterval(recording);
  const sites = allocationGrowth(profiles) ?? [];
  const isRising = floor !== null && floor.low > 0;
  return {
    isSuspicious: (isRising && isRisingOn(recording)) || sites.length > 0,
    sentences: [
      ...sites.slice(0, MAX_SITES).map(siteSentence),
      ...(floor === null ? [] : [floorSentence(floor, recording)]),
      ...(isRising ? routeSentences(recording) : []),
      ...memorySentences(recording),
      ...resourceSentences(recording),
      ...listenerSentences(recording),
    ],
  };
}

/** The sampling heap profiles among the files; those that are none, or damaged, are left out. */
export async function readProfiles(
  files: readonly { readonly path: string; readonly atMs: number }[],
): Promise<readonly TimedProfile[]> {
  const read = files.map(async ({ path, atMs }) => ({ atMs, profile: await readProfile(path) }));
  return (await Promise.all(read)).filter((one): one is TimedProfile => one.profile !== null);
}

const MAX_PROFILE_BYTES = 256 << 20; // a sampled profile has a few at most

async function readProfile(path: string): Promise<HeapProfile | null> {
  try {
    const profile = JSON.parse((await readText(path, MAX_PROFILE_BYTES)) ?? '{}') as Partial<HeapProfile>;
    return profile.head !== undefined && Array.isArray(profile.samples) ? (profile as HeapProfile) : null;
  } catch {
    return null;
  }
}

function siteSentence({ site, share, ...growth }: AllocationGrowth): string {
  const name = site.functionName === '' ? 'an anonymous function' : site.functionName;
  const rate = rateText(growth.bytesPerMinute, growth.bytesPerMinuteLow, growth.bytesPerMinuteHigh);
  return (
    `What ${name} (${site.file}:${site.line}) allocates stays alive: ${rate}, ` +
    `${Math.round(share * 100)} % of all that stays.`
  );
}

function floorInterval({ entries }: Recording): SlopeInterval | null {
  const floors = entries.flatMap((entry) =>
    entry.type === 'gc' && entry.heapUsedAfterBytes !== undefined
      ? [{ x: entry.atMs, y: entry.heapUsedAfterBytes }]
      : [],
  );
  return slopeInterval(secondHalf(floors));
}

function floorSentence({ slope, low, high }: SlopeInterval, { entries }: Recording): string {
  const majors = entries.filter((entry) => entry.type === 'gc' && entry.kind === 'major').length;
  const over = `over ${majors} major collections in ${durationText(entries.at(-1)?.atMs ?? 0)}`;
  const rate = rateText(slope * MINUTE_MS, low * MINUTE_MS, high * MINUTE_MS);
  if (low > 0) return `The heap's floor rises: ${rate} ${over}.`;
  return high < 0 ? `The heap's floor falls ${over}.` : `The heap's floor does not certainly rise ${over}.`;
}

function routeSentences(recording: Recording): string[] {
  const routes = routeGrowth(routeWindows(recording)) ?? [];
  return routes.slice(0, MAX_ROUTES).map(({ route, bytesPerRequest, ...interval }) => {
    const low = bytesText(interval.bytesPerRequestLow);
    const high = bytesText(interval.bytesPerRequestHigh);
    return `A request of ${route} leaves ${bytesText(bytesPerRequest)} behind (${low} to ${high}).`;
  });
}

/** The kinds of memory beside the heap's floor, which grow for other reasons. */
const MEMORY = [
  { what: 'Memory of buffers', of: (sample: Sample) => sample.arrayBuffersBytes },
  {
    what: 'Other memory outside the heap',
    of: (sample: Sample) => sample.externalBytes - sample.arrayBuffersBytes,
  },
  {
    what: 'Resident memory beyond the heap and what it holds',
    of: (sample: Sample) => sample.rssBytes - sample.heapTotalBytes - sample.externalBytes,
  },
] as const;

// Growth of less over the half of a run is not worth a sentence.
const MIN_GROWTH_BYTES = 2 * 1024 * 1024;

function memorySentences({ entries }: Recording): string[] {
  const samples = secondHalf(entries.filter((entry): entry is Sample => entry.type === 'sample'));
  const lengthMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return MEMORY.flatMap(({ what, of }) => {
    const interval = slopeInterval(samples.map((sample) => ({ x: sample.atMs, y: of(sample) })));
    if (interval === null || interval.low * lengthMs < MIN_GROWTH_BYTES) return [];
    const { slope, low, high } = interval;
    return [`${what} rises: ${rateText(slope * MINUTE_MS, low * MINUTE_MS, high * MINUTE_MS)}.`];
  });
}

function resourceSentences({ entries }: Recording): string[] {
  const growing = pilingUp(entries.filter((entry): entry is Sample => entry.type === 'sample')) ?? [];
  return growing.map((one) => {
    const text = pilingUpText(one);
    return `${capitalized(text)}, at least ${one.least.at(-1)} of them in the end.`;
  });
}

function listenerSentences({ entries }: Recording): string[] {
  const latest = new Map<string, ManyListeners>();
  for (const entry of entries) {
    if (entry.type !== 'listeners') continue;
    const { emitter, event, atMs, grewFrom } = entry;
    latest.set(`${emitter}\0${event}\0${grewFrom?.atMs ?? atMs}`, entry);
  }
  const sentences = [...latest.values()].map(({ emitter, event, count, stack, atMs, grewFrom }) => {
    const place = stack.find(({ file }) => !file.startsWith('node:'));
    const last = grewFrom === undefined ? 'the last of them ' : '';
    const where = place === undefined ? '' : `, ${last}added at ${place.file}:${place.line}`;
    const before =
      grewFrom === undefined ? '' : ` ${durationText(atMs - grewFrom.atMs)} after it had ${grewFrom.count}`;
    return `${emitter || 'An emitter'} had ${count} listeners of '${event}'${before}${where}.`;
  });
  return [...new Set(sentences)].slice(0, MAX_SITES);
}

/** `8.2 MB per minute (6.1 MB to 10.9 MB)` */
function rateText(rate: number, low: number, high: number): string {
  return `${bytesText(rate)} per minute (${bytesText(low)} to ${bytesText(high)})`;
}

/** What a process does while it warms up says nothing about where it is going. */
function secondHalf<Value>(values: readonly Value[]): readonly Value[] {
  return values.slice(values.length >> 1);
}
