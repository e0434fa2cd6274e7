/**
 * The text of a recording's lines. Every entry is a JSON object with its `type`, except for the two that come by the
 * hundred thousand: a sample and a collection are arrays, so that a day at one sample a second stays under 20 MB.
 *
 *     ["s", atMs, rss, heapTotal, heapUsed, external, arrayBuffers, p50, p99, max, utilization, user, system, [bytes per space], {resources}]
 *     ["g", atMs, kind, pauseMs, floor | 0, count, totalPauseMs]
 *
 * As objects they are valid too, which is how one writes a recording by hand.
 */
import { parseJson, stringify } from './primordials.ts';
import type { Collection, CollectionKind, RecordingEntry, RecordingHeader, Sample } from './recording.ts';

/** One line, with its line feed. @param heapSpaces the header's, in whose order a sample's spaces are written */
export function encodeEntry(entry: RecordingEntry, heapSpaces: readonly string[]): string {
  if (entry.type === 'sample') return `${stringify(sampleColumns(entry, heapSpaces))}\n`;
  if (entry.type === 'gc') return `${stringify(collectionColumns(entry))}\n`;
  return `${stringify(entry, roundedNumbers)}\n`;
}

/** The first line of a recording, with its line feed. */
export function encodeHeader(header: RecordingHeader): string {
  return `${stringify(header)}\n`;
}

/** The entry a line stands for; null for a line that is none. Entries of a type from the future come back as they are. */
export function decodeEntry(line: string, heapSpaces: readonly string[]): RecordingEntry | null {
  const value = parsed(line);
  if (Array.isArray(value)) return decodeColumns(value, heapSpaces);
  if (!isRecord(value) || typeof value.type !== 'string' || !Number.isFinite(value.atMs)) return null;
  const isComplete = COMPLETE[value.type];
  return isComplete === undefined || isComplete(value) ? (value as unknown as RecordingEntry) : null;
}

/** The parsed first line when it is a JSON object that calls itself a header; null otherwise. Nothing else is checked. */
export function decodeHeader(line: string): Readonly<Record<string, unknown>> | null {
  const value = parsed(line);
  return isRecord(value) && value.type === 'header' ? value : null;
}

const SAMPLE_NUMBERS = [
  'atMs',
  'rssBytes',
  'heapTotalBytes',
  'heapUsedBytes',
  'externalBytes',
  'arrayBuffersBytes',
  'loopDelayP50Ms',
  'loopDelayP99Ms',
  'loopDelayMaxMs',
  'loopUtilization',
  'cpuUserMs',
  'cpuSystemMs',
] as const satisfies readonly (keyof Sample)[];

function sampleColumns(sample: Sample, heapSpaces: readonly string[]): readonly unknown[] {
  return [
    's',
    ...SAMPLE_NUMBERS.map((name) => rounded(sample[name])),
    heapSpaces.map((name) => sample.heapSpaceBytes[name] ?? 0),
    sample.activeResources,
  ];
}

function collectionColumns(gc: Collection): readonly unknown[] {
  const columns = ['g', rounded(gc.atMs), gc.kind, rounded(gc.pauseMs), gc.heapUsedAfterBytes ?? 0];
  return gc.count === undefined ? columns : [...columns, gc.count, rounded(gc.totalPauseMs ?? gc.pauseMs)];
}

function decodeColumns(columns: readonly unknown[], heapSpaces: readonly string[]): RecordingEntry | null {
  if (columns[0] === 's') return decodeSample(columns, heapSpaces);
  return columns[0] === 'g' ? decodeCollection(columns) : null;
}

function decodeSample(columns: readonly unknown[], heapSpaces: readonly string[]): Sample | null {
  const spaces = columns[SAMPLE_NUMBERS.length + 1];
  const activeResources = columns[SAMPLE_NUMBERS.length + 2];
  if (!Array.isArray(spaces) || !isRecord(activeResources)) return null;
  const numbers = Object.fromEntries(SAMPLE_NUMBERS.map((name, index) => [name, columns[index + 1]]));
  const heapSpaceBytes = Object.fromEntries(heapSpaces.map((name, index) => [name, spaces[index] ?? 0]));
  const sample = { type: 'sample', ...numbers, heapSpaceBytes, activeResources };
  return isSample(sample) ? (sample as unknown as Sample) : null;
}

function decodeCollection(columns: readonly unknown[]): Collection | null {
  const [, atMs, kind, pauseMs, floorBytes, count, totalPauseMs] = columns;
  const gc = { type: 'gc', atMs, kind, pauseMs };
  if (!Number.isFinite(atMs) || !isCollection(gc)) return null;
  return {
    ...(gc as unknown as Collection),
    ...(Number(floorBytes) > 0 && { heapUsedAfterBytes: Number(floorBytes) }),
    ...(Number(count) > 1 && { count: Number(count), totalPauseMs: Number(totalPauseMs) }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const KINDS: readonly unknown[] = [
  'minor',
  'major',
  'incremental',
  'weak-callbacks',
] satisfies readonly CollectionKind[];

/** Entry type -> whether the fields that readers rely on are there. */
const COMPLETE: Readonly<Record<string, (entry: Fields) => boolean>> = {
  sample: isSample,
  gc: isCollection,
  snapshot: (entry) => Number.isFinite(entry.sequence) && typeof entry.status === 'string',
  listening: (entry) => Number.isFinite(entry.port),
  mark: (entry) => typeof entry.name === 'string',
  notice: (entry) => typeof entry.message === 'string',
  end: (entry) => Number.isFinite(entry.exitCode),
};

function isSample(entry: Fields): boolean {
  return (
    SAMPLE_NUMBERS.every((name) => Number.isFinite(entry[name])) &&
    isRecord(entry.heapSpaceBytes) &&
    isRecord(entry.activeResources)
  );
}

function isCollection(entry: Fields): boolean {
  return KINDS.includes(entry.kind) && Number.isFinite(entry.pauseMs);
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function roundedNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? rounded(value) : value;
}

/** Three decimals: microseconds for times, and no change for bytes. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
