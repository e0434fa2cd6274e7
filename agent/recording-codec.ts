/**
 * The text of a recording's lines. Header and entries are JSON objects with their `type`, except for the two that come
 * by the hundred thousand: a sample and a collection are arrays, so that a day at one sample a second stays under 20 MB.
 *
 *     ["s", atMs, rss, heapTotal, heapUsed, external, arrayBuffers, p50, p99, max, utilization, user, system,
 *           [bytes per heap space], {active resources}, {bytes of other heap spaces}]
 *     ["g", atMs, kind, pauseMs, floor, count, totalPauseMs]                           zeros at the end are left out
 *
 * As objects they are valid too, which is how one writes a recording by hand.
 */
import { parseJson, stringify } from './primordials.ts';
import type { Collection, CollectionKind, RecordingEntry, RecordingLine, Sample } from './recording.ts';

/** One line, with its line feed. */
export function encodeLine(line: RecordingLine): string {
  if (line.type === 'sample') return `${stringify(sampleColumns(line))}\n`;
  if (line.type === 'gc') return `${stringify(collectionColumns(line))}\n`;
  return `${stringify(line, roundedNumbers)}\n`;
}

/**
 * The value of a line without its line feed, with samples and collections as objects whatever their form. Only the form
 * is checked, not the fields: a damaged line may still have any value. Throws SyntaxError when it is no JSON.
 */
export function parseLine(text: string): unknown {
  const value: unknown = parseJson(text);
  if (!Array.isArray(value)) return value;
  if (value[0] === 's') return sampleOf(value);
  return value[0] === 'g' ? collectionOf(value) : value;
}

/** The entry a line stands for; null for a line that is none. Entries of types from the future come back as they are. */
export function decodeEntry(text: string): RecordingEntry | null {
  const entry = parsed(text);
  if (!isRecord(entry) || typeof entry.type !== 'string' || !Number.isFinite(entry.atMs)) return null;
  const isComplete = COMPLETE.get(entry.type);
  return isComplete === undefined || isComplete(entry) ? (entry as unknown as RecordingEntry) : null;
}

/** The first line's fields when it is an object that calls itself a header; null otherwise. Nothing else is checked. */
export function decodeHeader(text: string): Fields | null {
  const header = parsed(text);
  return isRecord(header) && header.type === 'header' ? header : null;
}

type Fields = Readonly<Record<string, unknown>>;

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

/** V8's spaces, in the order of a sample's bytes; only ever added to, at the end. */
const HEAP_SPACES = [
  'read_only_space',
  'new_space',
  'old_space',
  'code_space',
  'new_large_object_space',
  'large_object_space',
  'code_large_object_space',
  'trusted_space',
  'trusted_large_object_space',
  'map_space',
  'shared_space',
  'shared_large_object_space',
  'shared_trusted_space',
  'shared_trusted_large_object_space',
];

function sampleColumns(sample: Sample): readonly unknown[] {
  const spaces = HEAP_SPACES.map((name) => sample.heapSpaceBytes[name] ?? 0);
  const others = Object.entries(sample.heapSpaceBytes).filter(([name]) => !HEAP_SPACES.includes(name));
  const columns = [
    's',
    ...SAMPLE_NUMBERS.map((name) => rounded(sample[name])),
    withoutEndingZeros(spaces),
    sample.activeResources,
  ];
  return others.length === 0 ? columns : [...columns, Object.fromEntries(others)];
}

function sampleOf(columns: readonly unknown[]): unknown {
  const [spaces, activeResources, otherSpaces] = columns.slice(SAMPLE_NUMBERS.length + 1);
  const bytes = Array.isArray(spaces) ? spaces : [];
  const known = HEAP_SPACES.flatMap((name, index) => (bytes[index] > 0 ? [[name, bytes[index]]] : []));
  return {
    type: 'sample',
    ...Object.fromEntries(SAMPLE_NUMBERS.map((name, index) => [name, columns[index + 1]])),
    heapSpaceBytes: { ...Object.fromEntries(known), ...(isRecord(otherSpaces) && otherSpaces) },
    activeResources,
  };
}

function collectionColumns(gc: Collection): readonly unknown[] {
  const numbers = [gc.pauseMs, gc.heapUsedAfterBytes ?? 0, gc.count ?? 0, gc.totalPauseMs ?? 0];
  return ['g', rounded(gc.atMs), gc.kind, ...withoutEndingZeros(numbers.map(rounded))];
}

function collectionOf(columns: readonly unknown[]): unknown {
  const [, atMs, kind, pauseMs = 0, heapUsedAfterBytes = 0, count = 0, totalPauseMs = 0] = columns;
  return {
    type: 'gc',
    atMs,
    kind,
    pauseMs,
    ...(heapUsedAfterBytes !== 0 && { heapUsedAfterBytes }),
    ...(count !== 0 && { count, totalPauseMs }),
  };
}

const KINDS: readonly unknown[] = [
  'minor',
  'major',
  'incremental',
  'weak-callbacks',
] satisfies readonly CollectionKind[];

/** Entry type -> whether the fields that readers rely on are there. */
const COMPLETE: ReadonlyMap<string, (entry: Fields) => boolean> = new Map([
  ['sample', isSample],
  ['gc', (entry) => KINDS.includes(entry.kind) && Number.isFinite(entry.pauseMs)],
  ['snapshot', (entry) => Number.isFinite(entry.sequence) && typeof entry.status === 'string'],
  ['listening', (entry) => Number.isFinite(entry.port)],
  ['mark', (entry) => typeof entry.name === 'string'],
  ['notice', (entry) => typeof entry.message === 'string'],
  ['end', (entry) => Number.isFinite(entry.exitCode)],
]);

function isSample(entry: Fields): boolean {
  return (
    SAMPLE_NUMBERS.every((name) => Number.isFinite(entry[name])) &&
    isRecord(entry.heapSpaceBytes) &&
    isRecord(entry.activeResources)
  );
}

function parsed(text: string): unknown {
  try {
    return parseLine(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutEndingZeros(numbers: readonly number[]): readonly number[] {
  return numbers.slice(0, numbers.findLastIndex((number) => number !== 0) + 1);
}

function roundedNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? rounded(value) : value;
}

/** Three decimals: microseconds for times, and no change for bytes. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
