import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { openFileSync } from '../open-file.ts';
import { endianness } from 'node:os';
import { sharedU8 } from './columns.ts';
import type { SecondThread } from './second-thread.ts';

export type Column = Uint8Array | Uint32Array | Float64Array;

/** Named columns and what else belongs to them, as JSON. */
export interface ColumnFile {
  readonly meta: unknown;
  readonly columns: Readonly<Record<string, Column>>;
}

interface Header {
  readonly magic: string;
  readonly meta: unknown;
  readonly columns: readonly ColumnHeader[];
}

interface ColumnHeader {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly length: number;
  readonly checksum: number;
}

const MAGIC = `leakwatch-columns-1-${endianness()}`;
const KINDS = { u8: Uint8Array, u32: Uint32Array, f64: Float64Array } as const;
const PREFIX_BYTES = 8; // the header's length and checksum
const MAX_HEADER_BYTES = 1 << 20;
const PIECE_BYTES = 1 << 26;

/** Writes a file that only its owner can read, whole or not at all. */
export function writeColumns(path: string, { meta, columns }: ColumnFile): void {
  const headers = Object.entries(columns).map(([name, column]) => headerOf(name, column));
  const header = Buffer.from(JSON.stringify({ magic: MAGIC, meta, columns: headers } satisfies Header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(header.length, 0);
  prefix.writeInt32LE(checksumOf(header), 4);
  // written beside it first: a file of the right name is always whole
  const unfinished = `${path}.${randomUUID()}`;
  const file = openSync(unfinished, 'wx', 0o600);
  try {
    for (const part of [prefix, header, ...Object.values(columns).map(bytesOf)]) writeWhole(file, part);
    closeSync(file);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/**
 * Reads columns into memory that threads can share, on two threads when there is a second one.
 * @param accepts is asked with the file's meta before its columns are read
 * @returns null for a file of another version or byte order, one that is damaged, and one that is not accepted
 */
export async function readColumns(
  path: string,
  accepts: (meta: unknown) => boolean,
  thread: SecondThread | null,
): Promise<ColumnFile | null> {
  const file = openFileSync(path);
  try {
    const found = readHeader(file);
    if (found === null || !accepts(found.header.meta)) return null;
    const parts = partsOf(file, found.header.columns, found.endOffset);
    if (!(await fillOnBoth(parts, thread))) return null;
    const columns = parts.map(({ name, kind, bytes }) => [name, columnOver(bytes, kind)] as const);
    return { meta: found.header.meta, columns: Object.fromEntries(columns) };
  } finally {
    closeSync(file);
  }
}

/** A column on its way from the file. */
export interface ColumnPart extends ColumnHeader {
  readonly file: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** @returns false when the file ends before a column does, or has other bytes than were written */
export function fillParts(parts: readonly ColumnPart[]): boolean {
  return parts.every(
    ({ file, offset, bytes, checksum }) => readWhole(file, bytes, offset) && checksumOf(bytes) === checksum,
  );
}

function partsOf(file: number, columns: readonly ColumnHeader[], startOffset: number): ColumnPart[] {
  let offset = startOffset;
  return columns.map((column) => {
    const bytes = sharedU8(column.length * KINDS[column.kind].BYTES_PER_ELEMENT);
    const part = { ...column, file, offset, bytes };
    offset += bytes.length;
    return part;
  });
}

/** Gives the second thread about half of the bytes. */
async function fillOnBoth(parts: readonly ColumnPart[], thread: SecondThread | null): Promise<boolean> {
  if (thread === null) return fillParts(parts);
  const total = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let given = 0;
  const isGiven = parts.map(({ bytes }) =>
    given + bytes.length / 2 < total / 2 ? ((given += bytes.length), true) : false,
  );
  const others = thread.run(
    'fill',
    parts.filter((_, index) => isGiven[index]),
  );
  const mine = fillParts(parts.filter((_, index) => !isGiven[index]));
  return (await others) && mine;
}

function columnOver({ buffer }: Uint8Array, kind: ColumnHeader['kind']): Column {
  if (kind === 'u8') return new Uint8Array(buffer);
  return kind === 'u32' ? new Uint32Array(buffer) : new Float64Array(buffer);
}

function readHeader(file: number): { header: Header; endOffset: number } | null {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  if (!readWhole(file, prefix, 0)) return null;
  const text = Buffer.alloc(Math.min(prefix.readUInt32LE(0), MAX_HEADER_BYTES));
  if (!readWhole(file, text, PREFIX_BYTES) || checksumOf(text) !== prefix.readInt32LE(4)) return null;
  const header = JSON.parse(text.toString()) as Header;
  return header.magic === MAGIC ? { header, endOffset: PREFIX_BYTES + text.length } : null;
}

function headerOf(name: string, column: Column): ColumnHeader {
  const kind = column instanceof Uint8Array ? 'u8' : column instanceof Uint32Array ? 'u32' : 'f64';
  return { name, kind, length: column.length, checksum: checksumOf(bytesOf(column)) };
}

function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** Fletcher's sums over 32-bit words: a flipped bit, or words that changed places, give another value. */
function checksumOf(bytes: Uint8Array): number {
  const wordCount = bytes.byteOffset % 4 === 0 ? bytes.byteLength >>> 2 : 0;
  const words = new Uint32Array(bytes.buffer, wordCount === 0 ? 0 : bytes.byteOffset, wordCount);
  let first = 1;
  let second = 0;
  for (let index = 0; index < words.length; index++) {
    first = (first + words[index]) | 0;
    second = (second + first) | 0;
  }
  for (let index = words.length * 4; index < bytes.length; index++) {
    first = (first + bytes[index]) | 0;
    second = (second + first) | 0;
  }
  return (first ^ (second << 1)) | 0;
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) {
    offset += writeSync(file, bytes, offset, Math.min(PIECE_BYTES, bytes.length - offset));
  }
}

/** @returns false when the file ends before */
function readWhole(file: number, bytes: Uint8Array, fileOffset: number): boolean {
  for (let offset = 0; offset < bytes.length;) {
    const count = readSync(
      file,
      bytes,
      offset,
      Math.min(PIECE_BYTES, bytes.length - offset),
      fileOffset + offset,
    );
    if (count === 0) return false;
    offset += count;
  }
  return true;
}
