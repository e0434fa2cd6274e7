/** A column of bits, 32 to a number: an eighth of what bytes take, so that those of ten million edges fit into the cache. */
export type BitColumn = Uint32Array;

/** `length` bits, all 0. */
export function bitColumn(length: number): BitColumn {
  return new Uint32Array(Math.ceil(length / 32));
}

export function setBit(bits: BitColumn, index: number): void {
  bits[index >>> 5] |= 1 << (index & 31);
}

export function hasBit(bits: BitColumn, index: number): boolean {
  return (bits[index >>> 5] & (1 << (index & 31))) !== 0;
}
