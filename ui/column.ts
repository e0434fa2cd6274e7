const FIRST_CAPACITY = 1024;

/** Numbers that are only ever added at the end; NaN stands for "not known". */
export class Column {
  length = 0;
  private values = new Float64Array(FIRST_CAPACITY);

  push(value: number): void {
    if (this.length === this.values.length) this.grow();
    this.values[this.length++] = value;
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

  private grow(): void {
    const larger = new Float64Array(this.values.length * 2);
    larger.set(this.values);
    this.values = larger;
  }
}
