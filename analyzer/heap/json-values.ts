import { Byte } from './byte-cursor.ts';
import type { ByteCursor } from './byte-cursor.ts';

const MAX_NESTING = 1000; // V8's own values nest 4 deep, its allocation tree as deep as a call stack

/** Consumes a string and returns its text, with escapes left in. @throws SnapshotError */
export async function readKey(cursor: ByteCursor, maxLength = 200): Promise<string> {
  await cursor.expect(Byte.quote);
  let text = '';
  while (true) {
    const byte = await cursor.next();
    if (byte === Byte.quote) return text;
    if (byte === -1) throw cursor.truncated('inside of a name');
    if (text.length === maxLength) throw cursor.malformed(`a name of more than ${maxLength} characters.`);
    text += String.fromCharCode(byte);
  }
}

/**
 * Consumes one JSON value of any kind without looking at it more than its brackets and quotes need.
 * @param onBytes is given the bytes passed over, in pieces that are valid until it returns
 * @throws SnapshotError TRUNCATED, or MALFORMED when brackets don't match or nest too deep
 */
export async function skipValue(
  cursor: ByteCursor,
  onBytes: (bytes: Uint8Array) => void = () => {},
): Promise<void> {
  await cursor.peek();
  const scan = new ValueScan();
  while (true) {
    const start = cursor.position;
    const fault = scan.scan(cursor);
    onBytes(cursor.bytes.subarray(start, cursor.position));
    if (fault !== null) throw cursor.malformed(fault);
    if (scan.done) return;
    if (!(await cursor.fill())) {
      if (scan.isScalar) return;
      throw cursor.truncated('inside of a value');
    }
  }
}

/** Where a scan stands between two windows. */
class ValueScan {
  done = false;
  isScalar = false;
  private readonly open: number[] = [];
  private inString = false;
  private escaped = false;

  /** Passes over the window's bytes that belong to the value. @returns a fault in words, or null */
  scan(cursor: ByteCursor): string | null {
    while (cursor.position < cursor.end && !this.done) {
      const byte = cursor.bytes[cursor.position];
      if (this.inString) this.passStringByte(byte);
      else if (byte === Byte.quote) this.inString = true;
      else if (byte === Byte.openBrace || byte === Byte.openBracket) {
        this.open.push(byte);
        if (this.open.length > MAX_NESTING) return `values nest deeper than ${MAX_NESTING}.`;
      } else if (byte === Byte.closeBrace || byte === Byte.closeBracket) {
        if (this.open.length === 0) return this.endScalar();
        if (this.open.pop() !== byte - 2) return 'brackets that do not match.'; // '{' and '[' stand 2 before '}' and ']'
        this.done = this.open.length === 0;
      } else if (this.open.length === 0) {
        if (byte === Byte.comma) return this.endScalar();
        this.isScalar = true;
      }
      cursor.position++;
    }
    return null;
  }

  private passStringByte(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === Byte.backslash) this.escaped = true;
    else if (byte === Byte.quote) {
      this.inString = false;
      this.done = this.open.length === 0;
    }
  }

  private endScalar(): string | null {
    this.done = true;
    return this.isScalar ? null : 'a value is missing.';
  }
}
