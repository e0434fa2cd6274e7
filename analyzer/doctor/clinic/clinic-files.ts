/** The folder in which clinic doctor keeps what it has recorded of a process: `<pid>.clinic-doctor`, with three files. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { LeakwatchError } from '../../error.ts';
import { decodeProcessStats, encodeProcessStats, type ProcessStat } from './process-stat.ts';

const FOLDER_SUFFIX = '.clinic-doctor';
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export interface ClinicData {
  readonly systemInfo: SystemInfo;
  readonly traceEvents: readonly TraceEvent[];
  readonly processStats: readonly ProcessStat[];
}

export interface SystemInfo {
  /** The same moment by the two clocks: seconds and nanoseconds of the one, epoch milliseconds of the other. */
  readonly clock: { readonly hrtime: readonly [number, number]; readonly unixtime: number };
  readonly nodeVersions: { readonly node: string; readonly v8?: string };
  /** Of the clinic doctor that has written it, or reads it. */
  readonly toolVersion: string;
}

/** An event of V8's tracing, as Chrome's trace viewer has them. */
export interface TraceEvent {
  readonly pid: number;
  readonly tid: number;
  /** Microseconds by the clock of `hrtime`. */
  readonly ts: number;
  readonly ph: string;
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What the folder of this process is called. */
export function clinicFolderName(process: string): string {
  return `${process}${FOLDER_SUFFIX}`;
}

/** The process that a folder is named for. */
export function processOfClinicFolder(folder: string): string {
  return basename(resolve(folder), FOLDER_SUFFIX);
}

/**
 * Writes such a folder, for this user alone.
 * @param folder its name ends as {@link clinicFolderName} has it, or clinic doctor does not find the files in it
 */
export function writeClinicFolder(folder: string, data: ClinicData): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const write = (part: Part, bytes: string | Buffer) =>
    writeFileSync(pathOf(folder, part), bytes, { mode: PRIVATE_FILE });
  write('systeminfo', JSON.stringify(data.systemInfo, null, 2));
  write('traceevent', JSON.stringify({ traceEvents: data.traceEvents }));
  write('processstat', encodeProcessStats(data.processStats));
}

/** @throws LeakwatchError NO_CLINIC_DATA when the folder is none, or one of its files is missing or damaged */
export function readClinicFolder(folder: string): ClinicData {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new LeakwatchError('NO_CLINIC_DATA', `${folder} is no folder.`);
  const processStats = decodeProcessStats(read(folder, 'processstat'));
  if (processStats === null) throw damaged(folder, 'processstat');
  return {
    systemInfo: parse(folder, 'systeminfo', isSystemInfo),
    traceEvents: parse(folder, 'traceevent', isTrace).traceEvents.filter(isTraceEvent),
    processStats,
  };
}

type Part = 'systeminfo' | 'traceevent' | 'processstat';

function pathOf(folder: string, part: Part): string {
  return join(folder, `${clinicFolderName(processOfClinicFolder(folder))}-${part}`);
}

function read(folder: string, part: Part): Buffer {
  try {
    return readFileSync(pathOf(folder, part));
  } catch (error) {
    throw new LeakwatchError(
      'NO_CLINIC_DATA',
      `${folder} is no recording of clinic doctor: ${basename(pathOf(folder, part))} cannot be read.`,
      { cause: error },
    );
  }
}

function parse<Shape>(folder: string, part: Part, isShape: (value: unknown) => value is Shape): Shape {
  let value: unknown;
  try {
    value = JSON.parse(read(folder, part).toString('utf8'));
  } catch (error) {
    if (error instanceof LeakwatchError) throw error;
    throw damaged(folder, part);
  }
  if (!isShape(value)) throw damaged(folder, part);
  return value;
}

function damaged(folder: string, part: Part): LeakwatchError {
  return new LeakwatchError(
    'NO_CLINIC_DATA',
    `${pathOf(folder, part)} is damaged: it is not what clinic doctor writes.`,
  );
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isSystemInfo(value: unknown): value is SystemInfo {
  if (!isFields(value) || !isFields(value.clock) || !isFields(value.nodeVersions)) return false;
  const { hrtime, unixtime } = value.clock;
  return (
    typeof value.nodeVersions.node === 'string' &&
    Number.isFinite(unixtime) &&
    Array.isArray(hrtime) &&
    hrtime.length === 2 &&
    hrtime.every(Number.isFinite)
  );
}

function isTrace(value: unknown): value is { readonly traceEvents: readonly unknown[] } {
  return isFields(value) && Array.isArray(value.traceEvents);
}

function isTraceEvent(value: unknown): value is TraceEvent {
  return (
    isFields(value) &&
    typeof value.name === 'string' &&
    typeof value.cat === 'string' &&
    Number.isFinite(value.ts)
  );
}
