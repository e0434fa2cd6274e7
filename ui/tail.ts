import type { FileHandle } from 'node:fs/promises';
import { openFile } from '../analyzer/open-file.ts';

/** Small enough that a server answers between two of them. */
const BLOCK_BYTES = 1 << 18;
const LINE_FEED = 10;

/** Longer lines are no recording's; they are passed over and counted without being kept in memory. */
const MAX_LINE_BYTES = 4 << 20;

/** Who takes what a {@link Tail} reads. */
export interface TailListener {
  line(text: string): void;
  /** The file is a new one, or shorter than before: everything read so far is void. */
  restart(): void;
  /** A line that was too long to be read. */
  damaged(): void;
}

/** Reads the lines of a file that another process appends to, each once and only when its line feed is there. */
export class Tail {
  private readonly path: string;
  private readonly listener: TailListener;
  private inode = -1;
  private offset = 0;
  private unfinished: Buffer[] = [];
  private unfinishedBytes = 0;

  constructor(path: string, listener: TailListener) {
    this.path = path;
    this.listener = listener;
  }

  /** Reads the next block of what was added, and says whether there is more, or the file is gone or no file that can be read. */
  async read(): Promise<'more' | 'end' | 'gone'> {
    try {
      const file = await openFile(this.path);
      try {
        return await this.readBlock(file);
      } finally {
        await file.close();
      }
    } catch {
      return 'gone';
    }
  }

  private async readBlock(file: FileHandle): Promise<'more' | 'end'> {
    const { ino, size } = await file.stat();
    if (this.inode !== -1 && (ino !== this.inode || size < this.offset)) this.restart();
    this.inode = ino;
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size - this.offset));
    const { bytesRead } = await file.read(block, 0, block.length, this.offset);
    this.offset += bytesRead;
    this.take(block.subarray(0, bytesRead));
    return bytesRead > 0 && this.offset < size ? 'more' : 'end';
  }

  private restart(): void {
    this.offset = 0;
    this.unfinished = [];
    this.unfinishedBytes = 0;
    this.listener.restart();
  }

  private take(block: Buffer): void {
    let start = 0;
    for (let end = block.indexOf(LINE_FEED); end >= 0; end = block.indexOf(LINE_FEED, start)) {
      this.finishLine(block.subarray(start, end));
      start = end + 1;
    }
    this.keep(block.subarray(start));
  }

  private finishLine(rest: Buffer): void {
    if (this.unfinishedBytes + rest.length > MAX_LINE_BYTES) this.listener.damaged();
    else if (this.unfinished.length === 0) this.listener.line(rest.toString());
    else this.listener.line(Buffer.concat([...this.unfinished, rest]).toString());
    this.unfinished = [];
    this.unfinishedBytes = 0;
  }

  private keep(rest: Buffer): void {
    this.unfinishedBytes += rest.length;
    if (this.unfinishedBytes > MAX_LINE_BYTES) this.unfinished = [];
    else if (rest.length > 0) this.unfinished.push(Buffer.from(rest));
  }
}
