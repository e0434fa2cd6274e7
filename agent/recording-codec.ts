/**
 * The text of a recording's lines. Every entry is a JSON object with its `type`, except for the two that come by the
 * hundred thousand: a sample and a collection are arrays, so that a day at one sample a second stays under 20 MB.
 *
 *     ["s", atMs, rss, heapTotal, heapUsed, external, arrayBuffers, p50, p99, max, utilization, user, system,
 *           [bytes per space], [counts of the resources named below, {of others}],
 *           [requests, errors, p50, p99, max],                                         0 or left out when there was none
 *           open files]                                                                left out where nobody counts them
 *     ["g", atMs, kind, pauseMs, floor, count, totalPauseMs]                           zeros at the end are left out
 *
 * As objects they are valid too, which is how one writes a recording by hand.
 */
import { parseJson, stringify } from './primordials.ts';
import type {
  Collection,
  CollectionKind,
  RecordingEntry,
  RecordingHeader,
  RequestFigures,
  Sample,
} from './recording.ts';

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
  const isComplete = COMPLETE.get(value.type);
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

const REQUEST_NUMBERS = [
  'count',
  'errors',
  'latencyP50Ms',
  'latencyP99Ms',
  'latencyMaxMs',
] as const satisfies readonly (keyof RequestFigures)[];

/** The resource types that servers have by the hundred, in the order of a sample's counts; only ever added to, at the end. */
const RESOURCES: readonly string[] = [
  'Timeout',
  'TCPSocketWrap',
  'TCPServerWrap',
  'PipeWrap',
  'Immediate',
  'TTYWrap',
  'FSReqCallback',
  'GetAddrInfoReqWrap',
  'TLSWrap',
  'MessagePort',
  'ProcessWrap',
  'UDPWRAP',
];

function sampleColumns(sample: Sample, heapSpaces: readonly string[]): readonly unknown[] {
  return [
    's',
    ...SAMPLE_NUMBERS.map((name) => rounded(sample[name])),
    withoutEndingZeros(heapSpaces.map((name) => sample.heapSpaceBytes[name] ?? 0)),
    packedCounts(sample.activeResources),
    ...optionalColumns(sample),
  ];
}

function optionalColumns({ requests, openFiles }: Sample): readonly unknown[] {
  if (openFiles !== undefined) return [requests === undefined ? 0 : requestColumns(requests), openFiles];
  return requests === undefined ? [] : [requestColumns(requests)];
}

function requestColumns(figures: RequestFigures): readonly number[] {
  return withoutEndingZeros(REQUEST_NUMBERS.map((name) => rounded(figures[name])));
}

function packedCounts(countByType: Readonly<Record<string, number>>): readonly unknown[] {
  const counts = withoutEndingZeros(RESOURCES.map((type) => countByType[type] ?? 0));
  const others = Object.entries(countByType).filter(([type]) => !RESOURCES.includes(type));
  return others.length === 0 ? counts : [...counts, Object.fromEntries(others)];
}

function collectionColumns(gc: Collection): readonly unknown[] {
  const numbers = [gc.pauseMs, gc.heapUsedAfterBytes ?? 0, gc.count ?? 0, gc.totalPauseMs ?? 0];
  return ['g', rounded(gc.atMs), gc.kind, ...withoutEndingZeros(numbers.map(rounded))];
}

function withoutEndingZeros(numbers: readonly number[]): readonly number[] {
  return numbers.slice(0, numbers.findLastIndex((number) => number !== 0) + 1);
}

function decodeColumns(columns: readonly unknown[], heapSpaces: readonly string[]): RecordingEntry | null {
  if (columns[0] === 's') return decodeSample(columns, heapSpaces);
  return columns[0] === 'g' ? decodeCollection(columns) : null;
}

function decodeSample(columns: readonly unknown[], heapSpaces: readonly string[]): Sample | null {
  const [spaces, counts, requests, openFiles] = columns.slice(SAMPLE_NUMBERS.length + 1);
  if (!Array.isArray(spaces) || !Array.isArray(counts)) return null;
  const numbers = Object.fromEntries(SAMPLE_NUMBERS.map((name, index) => [name, columns[index + 1]]));
  const heapSpaceBytes = Object.fromEntries(heapSpaces.map((name, index) => [name, spaces[index] ?? 0]));
  const sample = {
    type: 'sample',
    ...numbers,
    heapSpaceBytes,
    activeResources: unpackedCounts(counts),
    ...(Array.isArray(requests) && { requests: unpackedRequests(requests) }),
    ...(typeof openFiles === 'number' && { openFiles }),
  };
  return isSample(sample) ? (sample as unknown as Sample) : null;
}

function unpackedCounts(counts: readonly unknown[]): Fields {
  const others = counts.at(-1);
  const known = RESOURCES.map((type, index) => [type, counts[index]] as const);
  return {
    ...Object.fromEntries(known.filter(([, count]) => typeof count === 'number' && count > 0)),
    ...(isRecord(others) && others),
  };
}

function unpackedRequests(figures: readonly unknown[]): Fields {
  return Object.fromEntries(REQUEST_NUMBERS.map((name, index) => [name, Number(figures[index] ?? 0)]));
}

function decodeCollection(columns: readonly unknown[]): Collection | null {
  const [, atMs, kind, pauseMs = 0, floorBytes, count, totalPauseMs] = columns;
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
const COMPLETE: ReadonlyMap<string, (entry: Fields) => boolean> = new Map([
  ['sample', isSample],
  ['gc', isCollection],
  ['snapshot', (entry) => Number.isFinite(entry.sequence) && typeof entry.status === 'string'],
  ['listening', (entry) => Number.isFinite(entry.port)],
  ['mark', (entry) => typeof entry.name === 'string'],
  ['notice', (entry) => typeof entry.message === 'string'],
  ['routes', (entry) => Array.isArray(entry.routes) && entry.routes.every(isRoute)],
  ['listeners', (entry) => typeof entry.event === 'string' && Array.isArray(entry.stack)],
  ['open-files', (entry) => Number.isFinite(entry.count) && Array.isArray(entry.held)],
  ['heap-profile', (entry) => typeof entry.file === 'string'],
  ['stall', (entry) => Number.isFinite(entry.durationMs) && typeof entry.category === 'string'],
  ['profile', (entry) => typeof entry.requestId === 'string' && typeof entry.status === 'string'],
  ['end', (entry) => Number.isFinite(entry.exitCode)],
]);

function isSample(entry: Fields): boolean {
  return (
    SAMPLE_NUMBERS.every((name) => Number.isFinite(entry[name])) &&
    isRecord(entry.heapSpaceBytes) &&
    isRecord(entry.activeResources)
  );
}

function isRoute(row: unknown): boolean {
  return isRecord(row) && typeof row.route === 'string' && Number.isFinite(row.count);
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
