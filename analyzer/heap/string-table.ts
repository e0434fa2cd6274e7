import type { StringTable } from './graph.ts';
import { Byte } from './byte-cursor.ts';
import { sharedU32, sharedU8 } from './columns.ts';
import { stringsBeyondAscii, stringsWithBytes } from './string-search.ts';

/** The file's strings section, kept as it is: `"first",\n"second"`. */
export interface StringBytes {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array; // StringIndex -> offset of its first byte, behind its opening quote
  readonly ends: Uint32Array; // StringIndex -> offset of its closing quote
}

/** Strings over the bytes of the file. */
export class ByteStrings implements StringTable {
  readonly count: number;
  readonly parts: StringBytes;
  private readonly bytes: Buffer;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;

  constructor(parts: StringBytes) {
    this.parts = parts;
    this.bytes = Buffer.from(parts.bytes.buffer, parts.bytes.byteOffset, parts.bytes.byteLength);
    this.starts = parts.starts;
    this.ends = parts.ends;
    this.count = parts.starts.length;
  }

  get(stringIndex: number): string {
    if (stringIndex >= this.count) throw new RangeError(`String ${stringIndex} of ${this.count}`);
    const text = this.bytes.toString('utf8', this.starts[stringIndex], this.ends[stringIndex]);
    return text.includes('\\') ? unescapeJson(text) : text;
  }

  indexOf(text: string): number {
    if (!isPlain(text)) return this.searchDecoded(text);
    const { bytes, starts, ends } = this;
    const wanted = Buffer.from(text, 'latin1');
    for (let index = 0; index < this.count; index++) {
      const start = starts[index];
      if (ends[index] - start === wanted.length && wanted.every((byte, i) => bytes[start + i] === byte))
        return index;
    }
    return -1;
  }

  indexesContaining(text: string): number[] {
    const found: number[] = [];
    let offset = this.bytes.indexOf(text, 0, 'latin1');
    while (offset !== -1) {
      const index = lastAtOrBefore(this.starts, offset);
      const isInside = index !== -1 && offset + text.length <= this.ends[index];
      if (isInside) found.push(index);
      offset = this.bytes.indexOf(text, isInside ? this.ends[index] : offset + 1, 'latin1');
    }
    return found;
  }

  containing(text: string): Uint8Array {
    if (text === '') return new Uint8Array(this.count).fill(1);
    const isSpelledAsIs = isPlain(text.replaceAll('/', ''));
    const found = isSpelledAsIs ? stringsWithBytes(this.parts, text) : new Uint8Array(this.count);
    const mayBeEscaped = text.includes('/') && this.bytes.includes('\\/'); // V8 never writes so
    if (!isSpelledAsIs || mayBeEscaped) this.addDecoded(found, text.toLowerCase());
    return found;
  }

  /** Looks into those that do not stand there as they are. */
  private addDecoded(found: Uint8Array, part: string): void {
    const isEncoded = stringsBeyondAscii(this.parts);
    for (let index = 0; index < this.count; index++)
      if (isEncoded[index] === 1 && this.get(index).toLowerCase().includes(part)) found[index] = 1;
  }

  private searchDecoded(text: string): number {
    for (let index = 0; index < this.count; index++) {
      if (this.get(index) === text) return index;
    }
    return -1;
  }
}

/** True when the text has one spelling in V8's JSON. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !/["\\/]/.test(text);
}

/** Position of the last value that is at most `wanted` in an ascending array, or -1. */
function lastAtOrBefore(ascending: Uint32Array, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Resolves JSON's escapes, and leaves what is none as it stands: a damaged name is no reason to stop. */
function unescapeJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, letter: string) =>
    code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** The strings section on its way into a table. */
export class StringCollector {
  private bytes: Uint8Array;
  private length = 0;
  private starts = sharedU32(1 << 12);
  private ends = sharedU32(1 << 12);
  private count = 0;
  private inString = false;
  private afterBackslash = false;

  /** @param expectedBytes how long the section can be; it grows when there is more */
  constructor(expectedBytes: number) {
    this.bytes = sharedU8(Math.max(expectedBytes, 1 << 12));
  }

  /**
   * Takes the section's next bytes, and stops behind its closing bracket.
   * @returns how many bytes it took; less than given when the section is complete
   */
  add(bytes: Uint8Array): number {
    this.reserve(this.length + bytes.length);
    let position = 0;
    for (; position < bytes.length; position++) {
      const byte = bytes[position];
      if (!this.inString) {
        if (byte === Byte.closeBracket) break;
        if (byte === Byte.quote) this.open(this.length + position + 1);
      } else if (this.afterBackslash) this.afterBackslash = false;
      else if (byte === Byte.backslash) this.afterBackslash = true;
      else if (byte === Byte.quote) this.close(this.length + position);
    }
    this.bytes.set(position === bytes.length ? bytes : bytes.subarray(0, position), this.length);
    this.length += position;
    return position;
  }

  finish(): StringTable {
    return new ByteStrings({
      bytes: this.bytes.subarray(0, this.length),
      starts: this.starts.subarray(0, this.count),
      ends: this.ends.subarray(0, this.count),
    });
  }

  private open(offset: number): void {
    if (this.count === this.starts.length) {
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.starts[this.count] = offset;
    this.inString = true;
  }

  private close(offset: number): void {
    this.ends[this.count++] = offset;
    this.inString = false;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = sharedU8(Math.max(length, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

function doubled(column: Uint32Array): Uint32Array {
  const larger = sharedU32(column.length * 2);
  larger.set(column);
  return larger;
}
