/** Reads recordings, whole or while they grow. Runs outside the observed process. */
import type { FileHandle } from 'node:fs/promises';

import { LeakwatchError } from './error.ts';
import { openFile } from './open-file.ts';
import { decodeEntry, decodeHeader } from '../agent/recording-codec.ts';
import {
  RECORDING_VERSION,
  type Recording,
  type RecordingEntry,
  type RecordingHeader,
} from '../agent/recording.ts';

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/**
 * The recording in a file. A last line without its line feed is left out, damaged lines are counted and passed over.
 * Throws LeakwatchError when the file is missing, a directory, a pipe, empty, no recording, or of a newer version.
 */
export async function readRecording(path: string): Promise<Recording> {
  const follower = await followRecording(path);
  try {
    const entries = await follower.readNew();
    return { header: follower.header, entries, damagedLines: follower.damagedLines };
  } finally {
    await follower.close();
  }
}

/** A recording that may still grow: each `readNew` gives the entries completed since the one before. */
export interface RecordingFollower {
  readonly header: RecordingHeader;
  readonly damagedLines: number;
  readNew(): Promise<readonly RecordingEntry[]>;
  close(): Promise<void>;
}

/** Opens a recording to follow it; throws like {@link readRecording}. The caller closes it. */
export async function followRecording(path: string): Promise<RecordingFollower> {
  const file = await openRecording(path);
  try {
    const lines = new LineReader(file);
    const [headerLine, ...rest] = await lines.next();
    return new Follower(checkedHeader(path, headerLine), rest, lines, file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openRecording(path: string): Promise<FileHandle> {
  const file = await openFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof LeakwatchError) throw error;
    if (error.code === 'ENOENT') throw new LeakwatchError('NOT_FOUND', `${path} does not exist`);
    throw new LeakwatchError('UNREADABLE', `${path} cannot be read: ${error.message}`, { cause: error });
  });
  const status = await file.stat();
  if (!status.isDirectory() && status.size > 0) return file;
  await file.close();
  if (status.isDirectory())
    throw new LeakwatchError('IS_DIRECTORY', `${path} is a directory, not a recording`);
  throw new LeakwatchError('EMPTY', `${path} is empty, so it is no recording`);
}

function checkedHeader(path: string, line: string | undefined): RecordingHeader {
  const header = line === undefined ? null : decodeHeader(line);
  if (header === null || typeof header.version !== 'number' || typeof header.pid !== 'number') {
    throw new LeakwatchError(
      'NOT_A_RECORDING',
      `${path} is not a leakwatch recording: its first line is no header`,
    );
  }
  if (header.version > RECORDING_VERSION) {
    throw new LeakwatchError(
      'NEWER_VERSION',
      `${path} has recording format ${header.version}, written by leakwatch ${String(header.agentVersion)}; ` +
        `this leakwatch reads up to format ${RECORDING_VERSION}`,
    );
  }
  return header as unknown as RecordingHeader;
}

class Follower implements RecordingFollower {
  readonly header: RecordingHeader;
  damagedLines = 0;
  readonly #lines: LineReader;
  readonly #file: FileHandle;
  #pending: readonly string[];

  constructor(header: RecordingHeader, pending: readonly string[], lines: LineReader, file: FileHandle) {
    this.header = header;
    this.#pending = pending;
    this.#lines = lines;
    this.#file = file;
  }

  async readNew(): Promise<readonly RecordingEntry[]> {
    const entries: RecordingEntry[] = [];
    for (const line of this.#pending) this.#decodeInto(entries, line);
    this.#pending = [];
    for (let lines = await this.#lines.next(); lines.length > 0; lines = await this.#lines.next()) {
      for (const line of lines) this.#decodeInto(entries, line);
    }
    return entries;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #decodeInto(entries: RecordingEntry[], line: string): void {
    const entry = decodeEntry(line, this.header.heapSpaces ?? []);
    if (entry) entries.push(entry);
    else this.damagedLines++;
  }
}

/** Complete lines from a position in the file onwards, a chunk's worth at a time; none when there is no new one. */
class LineReader {
  readonly #file: FileHandle;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async next(): Promise<string[]> {
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) return [];
      this.#position += bytesRead;
      const bytes = Buffer.concat([this.#rest, this.#chunk.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      this.#rest = bytes.subarray(end);
      if (end > 0) return bytes.toString('utf8', 0, end - 1).split('\n');
    }
  }
}
