import { Byte, isSpace } from './byte-cursor.ts';
import type { ByteCursor } from './byte-cursor.ts';

const BATCH_NUMBERS = 1 << 16;
const MAX_U32 = 0xffffffff;

/** Numbers on their way from text to columns, decoded in batches that stay in the processor's cache. */
export class NumberBatch {
  readonly values = new Uint32Array(BATCH_NUMBERS);
  count = 0;
  /** Position in `values` -> its true value, for those that 32 bits don't hold. */
  readonly large = new Map<number, number>();

  valueAt(position: number): number {
    return this.large.get(position) ?? this.values[position];
  }
}

/**
 * Reads an array of non-negative integers and hands it on in batches; commas and white space only separate.
 * @throws SnapshotError TRUNCATED, MALFORMED
 */
export async function readNumbers(
  cursor: ByteCursor,
  batch: NumberBatch,
  onBatch: (batch: NumberBatch) => void,
): Promise<void> {
  await cursor.expect(Byte.openBracket);
  while (true) {
    batch.count = 0;
    batch.large.clear();
    decodeNumbers(cursor, batch);
    if (batch.count > 0) onBatch(batch);
    if (batch.count === BATCH_NUMBERS) continue;
    if (await atEndOfNumbers(cursor)) return;
  }
}

/** Decodes whole numbers until the batch is full, or a byte comes that neither is a digit nor separates. */
function decodeNumbers(cursor: ByteCursor, batch: NumberBatch): void {
  const { bytes, end } = cursor;
  const { values } = batch;
  let position = cursor.position;
  let count = 0;
  while (count < BATCH_NUMBERS) {
    let byte = bytes[position];
    while (byte === Byte.comma || byte === 0x0a || isSpace(byte)) byte = bytes[++position];
    const start = position;
    let value = 0;
    let digit = byte - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++position] - 0x30;
    }
    if (position === start) break;
    if (position >= end) {
      position = start; // may go on in the next window
      break;
    }
    if (value > MAX_U32) batch.large.set(count, value);
    values[count++] = value;
  }
  cursor.position = Math.min(position, end);
  batch.count = count;
}

/** Consumes the closing bracket, or gets more bytes. */
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
