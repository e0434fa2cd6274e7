import { RECORDING_VERSION } from '../agent/recording.ts';
import type { RecordingEntry, RecordingHeader, RecordingLine } from '../agent/recording.ts';

const TEXT_FIELDS: Readonly<Record<RecordingLine['type'], readonly string[]>> = {
  header: ['role', 'script', 'nodeVersion'],
  sample: [],
  gc: ['kind'],
  snapshot: ['reason', 'status'],
  listening: ['address'],
  mark: ['name'],
  notice: ['code', 'message'],
  end: [],
};

const NUMBER_FIELDS: Readonly<Record<RecordingLine['type'], readonly string[]>> = {
  header: ['version', 'pid', 'threadId', 'startedAt', 'sampleIntervalMs', 'heapLimitBytes'],
  sample: ['atMs', 'rssBytes', 'heapTotalBytes', 'heapUsedBytes'],
  gc: ['atMs', 'pauseMs'],
  snapshot: ['atMs', 'sequence'],
  listening: ['atMs', 'port'],
  mark: ['atMs'],
  notice: ['atMs'],
  end: ['atMs', 'exitCode'],
};

/** The line as what it claims to be, when it has the fields the page draws; null when it is damaged. */
export function parseRecordingLine(text: string): RecordingLine | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  return isLine(line) ? line : null;
}

export function isHeader(line: RecordingLine): line is RecordingHeader {
  return line.type === 'header' && line.version === RECORDING_VERSION;
}

export function isEntry(line: RecordingLine): line is RecordingEntry {
  return line.type !== 'header';
}

function isLine(value: unknown): value is RecordingLine {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(NUMBER_FIELDS, type)) return false;
  const fields = value as Record<string, unknown>;
  const known = type as RecordingLine['type'];
  return (
    NUMBER_FIELDS[known].every((name) => Number.isFinite(fields[name])) &&
    TEXT_FIELDS[known].every((name) => typeof fields[name] === 'string')
  );
}
