/** Appends a recording to its file, within bounds, and never lets a full or missing disk reach the application. */
import { complain, reasonOf } from './complain.ts';
import {
  O_APPEND,
  O_WRONLY,
  closeSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from './primordials.ts';
import { encodeEntry, encodeHeader } from './recording-codec.ts';
import { RECORDING_SUFFIX, type RecordingEntry, type RecordingHeader } from './recording.ts';

const PRIVATE_FILE = 0o600;

// A full day at one sample a second fits into the first step; each further step holds twice the time of the one before,
// so that a recording covers two months without ever being rewritten.
const STEP_BYTES = 16 * 1024 * 1024;
const STEPS = 6;

const KEPT_WHEN_FULL: ReadonlySet<string> = new Set(['snapshot', 'notice', 'end']);

export interface Recorder {
  /** Buffers an entry until the next flush. */
  add(entry: RecordingEntry): void;
  /** Writes what was added with one system call. */
  flush(): void;
  /** How many sampling intervals one sample shall stand for: 1, and twice as many with each step of the file's size. */
  readonly thinning: number;
  close(): void;
}

/**
 * Opens the recording and writes its header. When the file cannot be opened, one line on stderr says so and the
 * recorder drops everything. A file of this name, left by an earlier process with the same pid, is moved aside.
 * @param budgetBytes what the file may grow to; past it only snapshots, notices and the end are written
 */
export function openRecorder(path: string, header: RecordingHeader, budgetBytes: number): Recorder {
  return new FileRecorder(path, header, Math.min(budgetBytes, STEP_BYTES * STEPS));
}

interface FileIdentity {
  readonly ino: number;
  readonly dev: number;
}

class FileRecorder implements Recorder {
  readonly #heapSpaces: readonly string[];
  readonly #budgetBytes: number;
  readonly #path: string;
  /** Of the file that was made at the start; null when none could be. */
  readonly #made: FileIdentity | null;
  #descriptor: number | null;
  #text: string;
  #writtenBytes = 0;
  #isCutLine = false;
  #isFailing = false;

  constructor(path: string, header: RecordingHeader, budgetBytes: number) {
    this.#path = path;
    this.#descriptor = openFile(path);
    this.#made = this.#descriptor === null ? null : fstatSync(this.#descriptor);
    this.#heapSpaces = header.heapSpaces ?? [];
    this.#budgetBytes = budgetBytes;
    this.#text = encodeHeader(header);
    this.flush();
  }

  get thinning(): number {
    return 2 ** Math.floor((this.#writtenBytes * STEPS) / this.#budgetBytes);
  }

  add(entry: RecordingEntry): void {
    const isFull = this.#writtenBytes >= this.#budgetBytes;
    if (isFull && !KEPT_WHEN_FULL.has(entry.type)) return;
    this.#text += encodeEntry(entry, this.#heapSpaces);
  }

  flush(): void {
    const bytes = Buffer.from(this.#isCutLine ? `\n${this.#text}` : this.#text);
    this.#text = '';
    if (this.#descriptor !== null && bytes.length > 0) this.#write(bytes);
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null && this.#linksOf(this.#descriptor) !== null) closeQuietly(this.#descriptor);
    this.#descriptor = null;
  }

  #write(bytes: Buffer): void {
    try {
      const descriptor = this.#ownDescriptor();
      if (descriptor === null) return this.#giveUp();
      const written = writeSync(descriptor, bytes);
      this.#writtenBytes += written;
      this.#isCutLine = written < bytes.length;
      this.#isFailing = false;
    } catch (error) {
      // A full disk may have room again later: what was to be written is dropped, the next sample tries anew.
      if (!this.#isFailing) complain(`the recording has a gap: ${reasonOf(error)}`);
      this.#isFailing = true;
    }
  }

  /**
   * The recording's descriptor; null when the recording was deleted. A program that closes a descriptor once too often
   * closes this one, whose number then is that of the next file or connection it opens: what goes there is not ours.
   */
  #ownDescriptor(): number | null {
    const links = this.#descriptor === null ? null : this.#linksOf(this.#descriptor);
    if (links === 0) return null;
    if (links === null) this.#descriptor = this.#openedAgain();
    return this.#descriptor;
  }

  /** How many names the file has; null when the descriptor is not the recording's. */
  #linksOf(descriptor: number): number | null {
    try {
      const status = fstatSync(descriptor);
      return this.#isMade(status) ? status.nlink : null;
    } catch {
      return null;
    }
  }

  #openedAgain(): number | null {
    const status = statSync(this.#path, { throwIfNoEntry: false });
    return this.#isMade(status) ? openSync(this.#path, O_WRONLY | O_APPEND) : null;
  }

  #isMade(file: FileIdentity | undefined): boolean {
    return file?.ino === this.#made?.ino && file?.dev === this.#made?.dev;
  }

  #giveUp(): void {
    complain('nothing is recorded any more: the recording was deleted');
    if (this.#descriptor !== null) closeQuietly(this.#descriptor);
    this.#descriptor = null;
  }
}

function openFile(path: string): number | null {
  try {
    moveAside(path);
    return openSync(path, 'ax', PRIVATE_FILE);
  } catch (error) {
    complain(`nothing is recorded: ${reasonOf(error)}`);
    return null;
  }
}

function moveAside(path: string): void {
  const earlier = statSync(path, { throwIfNoEntry: false });
  if (earlier === undefined) return;
  const until = Math.floor(earlier.mtimeMs);
  renameSync(path, `${path.slice(0, -RECORDING_SUFFIX.length)}-until-${until}${RECORDING_SUFFIX}`);
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // The application closed it, as programs do that close every descriptor they find.
  }
}
