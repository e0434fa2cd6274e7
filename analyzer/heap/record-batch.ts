import { Byte } from './byte-cursor.ts';
import type { ByteCursor } from './byte-cursor.ts';

const BATCH_NUMBERS = 1 << 14; // 64 KiB: numbers are still in the processor's cache when they go to their columns
const MAX_U32 = 0xffffffff;

/** Numbers on their way from text to columns: a section's numbers from `first` on. */
export class NumberBatch {
  readonly values: Uint32Array;
  count = 0;
  /** How many numbers of the section came before. */
  first = 0;
  /** Position in `values` -> its true value, for those that 32 bits don't hold. */
  readonly large = new Map<number, number>();

  constructor(values: Uint32Array = new Uint32Array(BATCH_NUMBERS)) {
    this.values = values;
  }

  /** Copies one field of the records, of `fieldCount` numbers each, into a column. */
  copyField(fieldCount: number, field: number, column: Uint32Array): void {
    const { values, count } = this;
    let { position, row } = this.firstOf(fieldCount, field);
    for (; position < count; position += fieldCount, row++) column[row] = values[position];
  }

  /** As {@link copyField}, into a column of bytes. @returns the largest value */
  copyByteField(fieldCount: number, field: number, column: Uint8Array): number {
    const { values, count } = this;
    let { position, row } = this.firstOf(fieldCount, field);
    let largest = 0;
    for (; position < count; position += fieldCount, row++) {
      const value = values[position];
      if (value > largest) largest = value;
      column[row] = value;
    }
    return largest;
  }

  /**
   * As {@link copyField}, divided by `divisor`.
   * @returns the first number that is not less than `limit`, or no multiple of the divisor, with its row; or null
   */
  copyQuotients(
    fieldCount: number,
    field: number,
    column: Uint32Array,
    { divisor, limit }: Quotients,
  ): { value: number; row: number } | null {
    const { values, count } = this;
    let { position, row } = this.firstOf(fieldCount, field);
    for (; position < count; position += fieldCount, row++) {
      const value = values[position];
      const quotient = Math.floor(value / divisor);
      if (value >= limit || quotient * divisor !== value) return { value, row };
      column[row] = quotient;
    }
    return null;
  }

  /** Where in the batch a field stands first, and of which record. */
  protected firstOf(fieldCount: number, field: number): { position: number; row: number } {
    const position = (field - (this.first % fieldCount) + fieldCount) % fieldCount;
    return { position, row: (this.first + position - field) / fieldCount };
  }
}

export interface Quotients {
  readonly divisor: number;
  readonly limit: number;
}

/** Takes a section's numbers. @returns what is wrong with them, in words, or null */
export type NumberSink = (batch: NumberBatch) => string | null;

/**
 * Reads an array of non-negative integers and hands it on in batches; commas and white space only separate.
 * @returns how many there were
 * @throws SnapshotError TRUNCATED, MALFORMED
 */
export async function readNumbers(cursor: ByteCursor, sink: NumberSink): Promise<number> {
  const batch = new NumberBatch();
  await cursor.expect(Byte.openBracket);
  do {
    while (decodeBatch(cursor, batch)) flush(cursor, batch, sink);
  } while (!(await atEndOfNumbers(cursor)));
  flush(cursor, batch, sink);
  return batch.first;
}

function flush(cursor: ByteCursor, batch: NumberBatch, sink: NumberSink): void {
  const fault = sink(batch);
  batch.first += batch.count;
  batch.count = 0;
  batch.large.clear();
  if (fault !== null) throw cursor.malformed(fault);
}

/** @returns true when the batch is full */
function decodeBatch(cursor: ByteCursor, batch: NumberBatch): boolean {
  cursor.position = decodeNumbers(cursor.bytes, cursor.position, cursor.end, batch);
  return batch.count === batch.values.length;
}

/**
 * Decodes whole numbers into the batch until it is full, or up to a byte that is neither digit nor separator. A number that
 * reaches `end` is not taken: it may go on behind it.
 * @param bytes with a byte at `end` that is neither digit nor separator
 * @returns where it stopped
 */
export function decodeNumbers(bytes: Uint8Array, start: number, end: number, batch: NumberBatch): number {
  const { values, large } = batch;
  let position = start;
  let { count } = batch;
  while (count < values.length) {
    let byte = bytes[position];
    while (byte === 0x2c || byte === 0x0a || byte === 0x20 || byte === 0x0d || byte === 0x09)
      byte = bytes[++position];
    const numberStart = position;
    let value = 0;
    let digit = byte - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++position] - 0x30;
    }
    if (position === numberStart) break;
    if (position >= end) {
      position = numberStart;
      break;
    }
    if (value > MAX_U32) large.set(count, value);
    values[count++] = value;
  }
  batch.count = count;
  return position;
}

/** Consumes the closing bracket, or sees to it that there are bytes to go on with. */
async function atEndOfNumbers(cursor: ByteCursor): Promise<boolean> {
  const byte = cursor.position < cursor.end ? cursor.bytes[cursor.position] : -1;
  if (byte === Byte.closeBracket) {
    cursor.position++;
    return true;
  }
  if (byte !== -1 && !(byte >= 0x30 && byte <= 0x39)) throw cursor.unexpected(byte, 'a number');
  if (await cursor.fill()) return false;
  if (cursor.end === cursor.bytes.length - 1)
    throw cursor.malformed('a number of more than a million digits.');
  throw cursor.truncated('inside of a list of numbers');
}
