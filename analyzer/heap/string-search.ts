import { Byte } from './byte-cursor.ts';
import type { StringBytes } from './string-table.ts';

/** Capital letters of ASCII -> small ones, every other byte -> itself. */
const SMALL_LETTER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
);

const LONGEST_ESCAPE = 6; // \u0041

/**
 * Which strings contain the text in whatever case, found in the bytes as they are, without decoding a string. The text must be
 * ASCII that JSON writes as it is: no quote, no backslash, no control character.
 * After Boyer and Moore (1977) as simplified by Horspool (1980), since hundreds of megabytes are gone through while a person waits.
 * @returns StringIndex -> 1 | 0
 */
export function stringsWithBytes({ bytes, starts, ends }: StringBytes, text: string): Uint8Array {
  const found = new Uint8Array(starts.length);
  const wanted = Buffer.from(text.toLowerCase(), 'latin1');
  const lastAt = wanted.length - 1;
  const skip = skipsOf(wanted);
  const end = (ends.at(-1) ?? 0) - lastAt;
  let string = 0;
  for (let at = starts[0] ?? 0; at < end;) {
    const last = SMALL_LETTER[bytes[at + lastAt]];
    if (last !== wanted[lastAt] || !isAt(bytes, at, wanted)) {
      at += skip[last];
      continue;
    }
    string = stringAround(ends, at, string);
    const isInside = at >= starts[string] && at + lastAt < ends[string];
    if (isInside && !isInEscape(bytes, at, starts[string])) {
      found[string] = 1;
      at = ends[string];
    } else at++;
  }
  return found;
}

/** Byte -> how far the text can be moved on when this byte stands below its last one. */
function skipsOf(wanted: Uint8Array): Uint32Array {
  const skip = new Uint32Array(256).fill(wanted.length);
  for (let i = 0; i < wanted.length - 1; i++) skip[wanted[i]] = wanted.length - 1 - i;
  return skip;
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length - 1; i++) if (SMALL_LETTER[bytes[at + i]] !== wanted[i]) return false;
  return true;
}

/** The first string from `from` on that ends behind the offset: the one it lies in or before. */
function stringAround(ends: Uint32Array, offset: number, from: number): number {
  let low = from;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle] > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether a letter belongs to an escape such as `\n` or `\u00e9` that begins before it. */
function isInEscape(bytes: Uint8Array, at: number, start: number): boolean {
  for (let slash = at - 1; slash >= start && at - slash < LONGEST_ESCAPE; slash--) {
    if (bytes[slash] !== Byte.backslash) continue;
    let first = slash;
    while (first > start && bytes[first - 1] === Byte.backslash) first--;
    const isEscaped = (slash - first) % 2 === 1; // a backslash that is itself what is escaped
    return !isEscaped && at < slash + (bytes[slash + 1] === LETTER_U ? LONGEST_ESCAPE : 2);
  }
  return false;
}

const LETTER_U = 117;

/**
 * Whether each string holds anything that its bytes do not say as they are: an escape, or a letter beyond ASCII.
 * @returns StringIndex -> 1 | 0
 */
export function stringsBeyondAscii({ bytes, starts, ends }: StringBytes): Uint8Array {
  return Uint8Array.from(starts, (start, string) => {
    for (let at = start; at < ends[string]; at++)
      if (bytes[at] === Byte.backslash || bytes[at] > 127) return 1;
    return 0;
  });
}
