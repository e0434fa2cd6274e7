import type { ByteSource } from './byte-source.ts';
import { malformed, truncated } from './snapshot-error.ts';

const CHUNK_BYTES = 1 << 20;
const SENTINEL = 0; // stands behind the last byte, so that loops over digits and spaces need no bounds check

export const Byte = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Reads JSON from a source through one window of bytes that slides over it. */
export class ByteCursor {
  /** The window: bytes[position] ..< bytes[end] are read and not consumed; bytes[end] is no digit and no space. */
  readonly bytes = new Uint8Array(CHUNK_BYTES + 1);
  position = 0;
  end = 0;
  /** Name of the section that is being read, for messages. */
  section = 'header';
  readonly source: ByteSource;
  readonly onRead: (totalRead: number) => void;
  private windowOffset = 0;
  private ended = false;

  /** @param onRead is told the number of bytes read so far; it may throw to cancel */
  constructor(source: ByteSource, onRead: (totalRead: number) => void) {
    this.source = source;
    this.onRead = onRead;
  }

  /** Offset in the unpacked file of the next byte. */
  get offset(): number {
    return this.windowOffset + this.position;
  }

  /**
   * Moves what is not consumed to the front of the window and reads on behind it.
   * @returns false when nothing more came: the file has ended, or the window is full
   */
  async fill(): Promise<boolean> {
    if (this.ended) return false;
    this.bytes.copyWithin(0, this.position, this.end);
    this.windowOffset += this.position;
    this.end -= this.position;
    this.position = 0;
    if (this.end === CHUNK_BYTES) return false;
    const bytesRead = await this.source.read(this.bytes.subarray(0, CHUNK_BYTES), this.end);
    this.ended = bytesRead === 0;
    this.end += bytesRead;
    this.bytes[this.end] = SENTINEL;
    this.onRead(this.windowOffset + this.end);
    return !this.ended;
  }

  /** Goes on at an offset of a file. */
  seek(offset: number): void {
    this.source.file?.seek(offset);
    this.windowOffset = offset;
    this.position = 0;
    this.end = 0;
    this.bytes[0] = SENTINEL;
    this.ended = false;
  }

  /** The next byte that is no white space, not consumed; -1 at the end of the file. */
  async peek(): Promise<number> {
    while (true) {
      while (this.position < this.end) {
        const byte = this.bytes[this.position];
        if (!isSpace(byte)) return byte;
        this.position++;
      }
      if (!(await this.fill())) return -1;
    }
  }

  /** Consumes `byte`, after white space. @throws SnapshotError TRUNCATED, MALFORMED */
  async expect(byte: number): Promise<void> {
    const found = await this.peek();
    if (found === byte) {
      this.position++;
      return;
    }
    if (found === -1) throw this.truncated(`where "${String.fromCharCode(byte)}" belongs`);
    throw this.unexpected(found, `"${String.fromCharCode(byte)}"`);
  }

  /** Consumes the next byte; -1 at the end of the file. */
  async next(): Promise<number> {
    if (this.position === this.end && !(await this.fill())) return -1;
    return this.bytes[this.position++];
  }

  malformed(what: string): Error {
    return malformed(this.section, this.offset, what);
  }

  unexpected(found: number, expected: string): Error {
    return this.malformed(`expected ${expected}, found ${describeByte(found)}.`);
  }

  truncated(what: string): Error {
    return truncated(this.section, this.windowOffset + this.end, `${what}.`);
  }
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
