import { decodeHeader } from '../agent/recording-codec.ts';
import { RECORDING_VERSION } from '../agent/recording.ts';
import type { RecordingHeader } from '../agent/recording.ts';

const NUMBERS = ['version', 'pid', 'threadId', 'startedAt', 'sampleIntervalMs', 'heapLimitBytes'];
const TEXTS = ['role', 'script', 'cwd', 'nodeVersion'];

/** The header a line stands for, when it has the fields the page needs and a version this one reads; null otherwise. */
export function checkedHeader(line: string): RecordingHeader | null {
  const fields = decodeHeader(line);
  if (!fields || !NUMBERS.every((name) => Number.isFinite(fields[name]))) return null;
  if (!TEXTS.every((name) => typeof fields[name] === 'string')) return null;
  const header = fields as unknown as RecordingHeader;
  return header.version <= RECORDING_VERSION ? header : null;
}
