import { sharedU32 } from './columns.ts';
import type { LocationTable } from './graph.ts';
import type { SnapshotLayout } from './layout.ts';
import { orderBy } from './order-by.ts';
import type { NumberBatch } from './record-batch.ts';

/** The locations section on its way into columns; their number is not announced. */
export class LocationColumns {
  private node = sharedU32(1 << 12);
  private scriptId = sharedU32(1 << 12);
  private line = sharedU32(1 << 12);
  private column = sharedU32(1 << 12);
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
    const { count } = this;
    const order = this.sorted ? null : orderBy(this.node.subarray(0, count));
    return {
      count,
      node: inOrder(this.node.subarray(0, count), order),
      scriptId: inOrder(this.scriptId.subarray(0, count), order),
      line: inOrder(this.line.subarray(0, count), order),
      column: inOrder(this.column.subarray(0, count), order),
    };
  }
}

function grown(column: Uint32Array, length: number): Uint32Array {
  const larger = sharedU32(length);
  larger.set(column);
  return larger;
}

function inOrder(column: Uint32Array, order: Uint32Array | null): Uint32Array {
  if (order !== null) column.set(order.map((location) => column[location]));
  return column;
}
