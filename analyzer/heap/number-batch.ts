import { Byte } from './byte-cursor.ts';
import type { ByteCursor } from './byte-cursor.ts';

const BATCH_NUMBERS = 1 << 14; // 64 KiB: numbers are still in the processor's cache when they go to their columns
const MAX_U32 = 0xffffffff;

/** Records on their way from text to columns. */
export class RecordBatch {
  readonly values = new Uint32Array(BATCH_NUMBERS);
  /** How many of `values` are set; a multiple of the fields per record unless the section ended inside of one. */
  count = 0;
  /** Position in `values` -> its true value, for those that 32 bits don't hold. */
  readonly large = new Map<number, number>();
}

/** Takes a section's records, a batch at a time. */
export interface RecordSink {
  /** Numbers per record, at least 1. */
  readonly fieldCount: number;
  /** @returns what is wrong with the batch, in words, or null */
  add(batch: RecordBatch): string | null;
}

/**
 * Reads an array of non-negative integers and hands it on in batches of whole records; commas and white space only separate.
 * @throws SnapshotError TRUNCATED, MALFORMED
 */
export async function readRecords(cursor: ByteCursor, batch: RecordBatch, sink: RecordSink): Promise<void> {
  const capacity = BATCH_NUMBERS - (BATCH_NUMBERS % sink.fieldCount);
  await cursor.expect(Byte.openBracket);
  do {
    while (decodeNumbers(cursor, batch, capacity)) flush(cursor, batch, sink);
  } while (!(await atEndOfNumbers(cursor)));
  if (batch.count > 0) flush(cursor, batch, sink);
}

function flush(cursor: ByteCursor, batch: RecordBatch, sink: RecordSink): void {
  const fault = sink.add(batch);
  batch.count = 0;
  batch.large.clear();
  if (fault !== null) throw cursor.malformed(fault);
}

/** Decodes whole numbers up to a byte that neither is a digit nor separates. @returns true when the batch is full */
function decodeNumbers(cursor: ByteCursor, batch: RecordBatch, capacity: number): boolean {
  const { bytes, end } = cursor;
  const { values, large } = batch;
  let { position } = cursor;
  let { count } = batch;
  while (count < capacity) {
    let byte = bytes[position];
    while (byte === 0x2c || byte === 0x0a || byte === 0x20 || byte === 0x0d || byte === 0x09)
      byte = bytes[++position];
    const start = position;
    let value = 0;
    let digit = byte - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++position] - 0x30;
    }
    if (position === start) break;
    if (position >= end) {
      position = start; // the number may go on in the next window
      break;
    }
    if (value > MAX_U32) large.set(count, value);
    values[count++] = value;
  }
  cursor.position = position;
  batch.count = count;
  return count === capacity;
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

/** One field of every record of a batch. */
export interface FieldOfBatch {
  readonly batch: RecordBatch;
  readonly fieldCount: number;
  readonly field: number;
}

/** Copies one field of a batch's records into a column, from `start` on. @returns the largest value */
export function copyField(
  { batch, fieldCount, field }: FieldOfBatch,
  column: Uint32Array,
  start: number,
): number {
  const { values, count } = batch;
  let largest = 0;
  for (let position = field, row = start; position < count; position += fieldCount, row++) {
    const value = values[position];
    if (value > largest) largest = value;
    column[row] = value;
  }
  return largest;
}

/** As {@link copyField}, into a column of bytes. */
export function copyByteField(
  { batch, fieldCount, field }: FieldOfBatch,
  column: Uint8Array,
  start: number,
): number {
  const { values, count } = batch;
  let largest = 0;
  for (let position = field, row = start; position < count; position += fieldCount, row++) {
    const value = values[position];
    if (value > largest) largest = value;
    column[row] = value;
  }
  return largest;
}
