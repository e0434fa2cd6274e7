const FIRST_CAPACITY = 1024;

/** So many numbers are one block, of which the extremes are known: a week of seconds is looked through in some 20,000 steps. */
const BLOCK_BITS = 5;
const BLOCK = 1 << BLOCK_BITS;

/** Numbers that are only ever added at the end; NaN stands for "not known". */
export class Column {
  length = 0;
  private values = new Float64Array(FIRST_CAPACITY);
  private lowestOf = new Uint32Array(FIRST_CAPACITY >> BLOCK_BITS); // BlockIndex -> index of its lowest known number
  private highestOf = new Uint32Array(FIRST_CAPACITY >> BLOCK_BITS); // BlockIndex -> index of its highest known number

  push(value: number): void {
    if (this.length === this.values.length) this.grow();
    const index = this.length++;
    const { values, lowestOf, highestOf } = this;
    const block = index >> BLOCK_BITS;
    values[index] = value;
    if (index % BLOCK === 0) lowestOf[block] = highestOf[block] = index;
    if (isLower(value, values[lowestOf[block]])) lowestOf[block] = index;
    if (isHigher(value, values[highestOf[block]])) highestOf[block] = index;
  }

  /** Fills up with `value` until the column has `length` numbers. */
  padTo(length: number, value: number): void {
    while (this.length < length) this.push(value);
  }

  at(index: number): number {
    return this.values[index];
  }

  /** Index of the first number that is not below `value`, of an ascending column; `length` when all are below. */
  lowerBound(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.values[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the lowest known number from `start` to before `end`, the first of equal ones; `start` when none is known. */
  lowestIn(start: number, end: number): number {
    const { values, lowestOf } = this;
    let lowest = start;
    for (let i = start; i < end;) {
      const isWhole = i % BLOCK === 0 && i + BLOCK <= end;
      const candidate = isWhole ? lowestOf[i >> BLOCK_BITS] : i;
      if (isLower(values[candidate], values[lowest])) lowest = candidate;
      i += isWhole ? BLOCK : 1;
    }
    return lowest;
  }

  /** Index of the highest known number from `start` to before `end`, the first of equal ones; `start` when none is known. */
  highestIn(start: number, end: number): number {
    const { values, highestOf } = this;
    let highest = start;
    for (let i = start; i < end;) {
      const isWhole = i % BLOCK === 0 && i + BLOCK <= end;
      const candidate = isWhole ? highestOf[i >> BLOCK_BITS] : i;
      if (isHigher(values[candidate], values[highest])) highest = candidate;
      i += isWhole ? BLOCK : 1;
    }
    return highest;
  }

  private grow(): void {
    this.values = doubled(this.values, new Float64Array(this.values.length * 2));
    this.lowestOf = doubled(this.lowestOf, new Uint32Array(this.lowestOf.length * 2));
    this.highestOf = doubled(this.highestOf, new Uint32Array(this.highestOf.length * 2));
  }
}

/** What is not known is no extreme as soon as anything is known. */
function isLower(value: number, lowest: number): boolean {
  return value < lowest || (Number.isNaN(lowest) && !Number.isNaN(value));
}

function isHigher(value: number, highest: number): boolean {
  return value > highest || (Number.isNaN(highest) && !Number.isNaN(value));
}

function doubled<Numbers extends Float64Array | Uint32Array>(column: Numbers, larger: Numbers): Numbers {
  larger.set(column);
  return larger;
}
