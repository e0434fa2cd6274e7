const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Indexes of a column in ascending order of its values, equal ones in their own order; linear (a radix sort of two digits).
 * @returns Rank -> index
 */
export function orderBy(column: Uint32Array): Uint32Array {
  const indexes = new Uint32Array(column.length);
  for (let index = 0; index < indexes.length; index++) indexes[index] = index;
  return pass(column, pass(column, indexes, 0), DIGIT_BITS);
}

/** One stable pass: orders indexes by one digit of their values. */
function pass(column: Uint32Array, indexes: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(DIGITS + 1); // Digit -> where the next index with it goes
  for (let index = 0; index < column.length; index++) next[((column[index] >>> shift) & (DIGITS - 1)) + 1]++;
  for (let digit = 0; digit < DIGITS; digit++) next[digit + 1] += next[digit];
  const ordered = new Uint32Array(column.length);
  for (let rank = 0; rank < indexes.length; rank++) {
    const index = indexes[rank];
    ordered[next[(column[index] >>> shift) & (DIGITS - 1)]++] = index;
  }
  return ordered;
}
