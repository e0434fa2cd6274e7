/** Timers, sockets and other resources of which there are ever more. */
import type { Sample } from '../../agent/recording.ts';
import { durationText, numberText } from '../render/units.ts';
import type { Pile } from '../series/piling-up.ts';
import { pileOf } from '../series/piling-up.ts';

export interface PilingUp extends Pile {
  /** As Node calls the resource, or {@link OPEN_FILES}. */
  readonly type: string;
}

/** Descriptors, whatever they are of. */
export const OPEN_FILES = 'open files';

const MIN_SAMPLES = 12;

const MINUTE_MS = 60_000;

/**
 * The resources of which there were never again as few as before, in any quarter of the time; null with too few samples. Files
 * count where nothing else does: a socket is one as well.
 */
export function pilingUp(samples: readonly Sample[]): readonly PilingUp[] | null {
  if (samples.length < MIN_SAMPLES) return null;
  const types = new Set(samples.flatMap(({ activeResources }) => Object.keys(activeResources)));
  const growing = [...types].flatMap((type) =>
    growthOf(samples, type, ({ activeResources }) => activeResources[type] ?? 0),
  );
  return growing.length > 0 ? growing : growthOf(samples, OPEN_FILES, ({ openFiles }) => openFiles ?? 0);
}

function growthOf(samples: readonly Sample[], type: string, countOf: (sample: Sample) => number): PilingUp[] {
  const pile = pileOf(samples.map((sample) => ({ x: sample.atMs, y: countOf(sample) })));
  return pile === null ? [] : [{ type, ...pile }];
}

/** Type -> what a person calls several of them. */
const NAMES: Readonly<Record<string, string>> = {
  Timeout: 'active timers',
  TCPSocketWrap: 'TCP connections',
  TLSWrap: 'TLS connections',
  TCPServerWrap: 'listening servers',
  PipeWrap: 'pipes',
  ProcessWrap: 'child processes',
  MessagePort: 'message ports',
  FSReqCallback: 'file operations',
  [OPEN_FILES]: OPEN_FILES,
};

/** What a person calls several of these resources. */
export function resourceName(type: string): string {
  return NAMES[type] ?? `resources of type ${type}`;
}

const DIGITS_FROM = 10;

/** `active timers rise by 120 per minute since 2 min after the start` */
export function pilingUpText({ type, sinceMs, perMinute }: PilingUp): string {
  const rate = perMinute < DIGITS_FROM ? perMinute.toFixed(1) : numberText(perMinute);
  const since =
    sinceMs < MINUTE_MS / 2 ? 'since the start' : `since ${durationText(sinceMs)} after the start`;
  return `${resourceName(type)} rise by ${rate} per minute ${since}`;
}
