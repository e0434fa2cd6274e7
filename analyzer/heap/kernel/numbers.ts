// AssemblyScript, compiled to WebAssembly by `npm run build`; numbers-kernel.ts speaks with it.

/** Where the text lies; one block with margins on both sides. */
export const TEXT: usize = 1024;
/** Where decoded numbers go, 4 bytes each. */
export const VALUES: usize = 512 << 10;
/** Where a field of them goes, before it is copied to its column. */
export const FIELD: usize = 1536 << 10;

/** How many numbers there are after {@link decode}. */
export let count: u32 = 0;
/** 1 when one that the last {@link decode} found does not fit into 32 bits. */
export let isTooLarge: u32 = 0;

/**
 * Decodes the numbers whose last digit is followed by a byte of text[start] ..< text[end], up to and with the first byte that
 * is neither digit, comma nor line feed. Needs 16 bytes of text, or what is no digit, before `start`, and 64 readable ones behind.
 * @param known how many numbers of before are kept
 * @returns the offset of that byte, or `end`
 */
export function decode(start: usize, end: usize, known: u32): usize {
  let out = VALUES + ((<usize>known) << 2);
  isTooLarge = 0;
  let isAfterDigit: u64 = isDigit(load<u8>(TEXT + start - 1)) ? 1 : 0;
  for (let at = start; at < end; at += 64) {
    const text = TEXT + at;
    const live: u64 = end - at < 64 ? ((<u64>1) << (end - at)) - 1 : ~0;
    const digits = digitsIn(text);
    const others = ~(digits | separatorsIn(text)) & live;
    let ends = ~digits & ((digits << 1) | isAfterDigit) & live;
    if (others !== 0) ends &= ((<u64>2) << ctz(others)) - 1;
    while (ends !== 0) {
      store<u32>(out, numberBefore(text + <usize>ctz(ends)));
      out += 4;
      ends &= ends - 1;
    }
    if (others !== 0) {
      count = <u32>((out - VALUES) >> 2);
      return at + <usize>ctz(others);
    }
    isAfterDigit = digits >> 63;
  }
  count = <u32>((out - VALUES) >> 2);
  return end;
}

function isDigit(byte: u8): bool {
  return <u8>(byte - 0x30) < 10;
}

/** A bit for each of 64 bytes. */
function digitsIn(at: usize): u64 {
  return bits64(digits16(at), digits16(at + 16), digits16(at + 32), digits16(at + 48));
}

function separatorsIn(at: usize): u64 {
  return bits64(separators16(at), separators16(at + 16), separators16(at + 32), separators16(at + 48));
}

function bits64(first: u32, second: u32, third: u32, fourth: u32): u64 {
  return (<u64>(first | (second << 16))) | ((<u64>(third | (fourth << 16))) << 32);
}

function digits16(at: usize): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(0x30)), i8x16.splat(10)));
}

function separators16(at: usize): u32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x2c)), i8x16.eq(bytes, i8x16.splat(0x0a))));
}

/** The number whose last digit stands before `at`. */
function numberBefore(at: usize): u32 {
  const digits = load<u64>(at - 8) ^ ZEROS;
  const strangers = strangersIn(digits);
  return strangers === 0
    ? longNumber(at, digits)
    : eightDigits(digits & (~(<u64>0) << (64 - clz(strangers))));
}

const ZEROS: u64 = 0x3030303030303030;

/** The highest bit of each byte that is more than 9; right up to the first of them from the end. */
function strangersIn(digits: u64): u64 {
  return ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
}

/** The value of eight digits, the first one in the lowest byte (Lemire, Quickly parsing eight digits, 2018). */
function eightDigits(digits: u64): u32 {
  const pairs = digits * 10 + (digits >> 8);
  const first = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const second = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return <u32>((first + second) >> 32);
}

/** A number of eight digits or more. */
function longNumber(at: usize, lastEight: u64): u32 {
  const digits = load<u64>(at - 16) ^ ZEROS;
  const strangers = strangersIn(digits);
  const length = strangers === 0 ? 64 : clz(strangers);
  if (length === 0) return eightDigits(lastEight);
  const value = <u64>eightDigits(digits & (~(<u64>0) << (64 - length))) * 100000000 + eightDigits(lastEight);
  if (strangers === 0 || value > 0xffffffff) isTooLarge = 1;
  return <u32>value;
}

/** Copies every `stride`th of the numbers from `first` up to `end` to the field. */
export function gather(first: usize, end: usize, stride: usize): void {
  let to = FIELD;
  for (let at = first; at < end; at += stride, to += 4) store<u32>(to, load<u32>(VALUES + (at << 2)));
}

/** As {@link gather}, one byte each. @returns the largest number */
export function gatherBytes(first: usize, end: usize, stride: usize): u32 {
  let to = FIELD;
  let largest: u32 = 0;
  for (let at = first; at < end; at += stride, to++) {
    const value = load<u32>(VALUES + (at << 2));
    largest = max(largest, value);
    store<u8>(to, value);
  }
  return largest;
}

/**
 * As {@link gather}, divided by `divisor`.
 * @returns 1 when a number is not less than `limit`, or no multiple of the divisor
 */
export function gatherQuotients(first: usize, end: usize, stride: usize, divisor: u32, limit: u32): u32 {
  let to = FIELD;
  let faults: u32 = 0;
  for (let at = first; at < end; at += stride, to += 4) {
    const value = load<u32>(VALUES + (at << 2));
    const quotient = value / divisor;
    faults |= u32(value >= limit) | (value - quotient * divisor);
    store<u32>(to, quotient);
  }
  return u32(faults !== 0);
}
