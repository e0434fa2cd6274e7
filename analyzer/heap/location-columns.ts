import type { LocationTable } from './graph.ts';
import type { SnapshotLayout } from './layout.ts';
import { orderBy } from './order-by.ts';
import type { NumberBatch } from './record-batch.ts';

/** The locations section on its way into columns; their number is not announced. */
export class LocationColumns {
  private node = new Uint32Array(1 << 12);
  private scriptId = new Uint32Array(1 << 12);
  private line = new Uint32Array(1 << 12);
  private column = new Uint32Array(1 << 12);
  private count = 0;
  private sorted = true;
  private readonly layout: SnapshotLayout;
  private readonly fields: NonNullable<SnapshotLayout['location']>;

  constructor(layout: SnapshotLayout, fields: NonNullable<SnapshotLayout['location']>) {
    this.layout = layout;
    this.fields = fields;
  }

  /** Puts the section's next numbers into their columns. @returns a fault in words, or null */
  add(batch: NumberBatch): string | null {
    const { fields } = this;
    const { fieldCount } = fields;
    for (const value of batch.large.values()) return `the number ${value} is too large.`;
    const wholeRows = Math.floor((batch.first + batch.count) / fieldCount);
    this.reserve(wholeRows + 1);
    batch.copyField(fieldCount, fields.node, this.node);
    batch.copyField(fieldCount, fields.scriptId, this.scriptId);
    batch.copyField(fieldCount, fields.line, this.line);
    batch.copyField(fieldCount, fields.column, this.column);
    const start = this.count;
    this.count = wholeRows;
    return this.takeNodes(start);
  }

  /** Turns positions in V8's list of numbers into NodeIndexes. */
  private takeNodes(start: number): string | null {
    const { node, count, layout } = this;
    for (let location = start; location < count; location++) {
      const index = node[location] / layout.node.fieldCount;
      if (index >= layout.nodeCount || !Number.isInteger(index)) {
        return `location ${location} belongs to ${node[location]}, where no node begins.`;
      }
      node[location] = index;
      if (location > 0 && index < node[location - 1]) this.sorted = false;
    }
    return null;
  }

  private reserve(count: number): void {
    if (count <= this.node.length) return;
    const length = Math.max(count, this.node.length * 2);
    this.node = grown(this.node, length);
    this.scriptId = grown(this.scriptId, length);
    this.line = grown(this.line, length);
    this.column = grown(this.column, length);
  }

  /** @returns what is wrong with the section when all locations are in, or null */
  fault(numberCount: number): string | null {
    const { fieldCount } = this.fields;
    const left = numberCount % fieldCount;
    return left === 0 ? null : `the last location has ${left} of ${fieldCount} fields.`;
  }

  finish(): LocationTable {
    const order = this.sorted ? null : orderBy(this.node.subarray(0, this.count));
    const finished = (column: Uint32Array): Uint32Array =>
      order === null ? column.slice(0, this.count) : order.map((location) => column[location]);
    return {
      count: this.count,
      node: finished(this.node),
      scriptId: finished(this.scriptId),
      line: finished(this.line),
      column: finished(this.column),
    };
  }
}

function grown(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(column);
  return larger;
}
