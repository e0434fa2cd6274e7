import type { LocationTable } from './graph.ts';
import type { SnapshotLayout } from './layout.ts';
import type { NumberBatch } from './number-batch.ts';

const MAX_FIELDS = 16; // V8 writes 4

/** The locations section on its way into columns; their number is not announced. */
export class LocationColumns {
  private rows = new Uint32Array(1 << 12); // four numbers per location: node, script, line, column
  private received = 0;
  private sorted = true;
  private readonly layout: SnapshotLayout;

  constructor(layout: SnapshotLayout) {
    this.layout = layout;
  }

  /** Takes the next numbers of the section. @returns a fault in words, or null */
  add(batch: NumberBatch): string | null {
    const fields = this.layout.location;
    if (fields === null) return null;
    if (fields.fieldCount > MAX_FIELDS) return `${fields.fieldCount} fields per location.`;
    for (const value of batch.large.values()) return `the number ${value} is too large.`;
    this.reserve(Math.ceil((this.received + batch.count) / fields.fieldCount) * 4);
    const columnOf = fieldColumns(fields);
    for (let position = 0; position < batch.count; position++, this.received++) {
      const column = columnOf[this.received % fields.fieldCount];
      if (column === -1) continue;
      const fault = this.set(Math.floor(this.received / fields.fieldCount), column, batch.values[position]);
      if (fault !== null) return fault;
    }
    return null;
  }

  private set(location: number, column: number, value: number): string | null {
    if (column !== 0) {
      this.rows[location * 4 + column] = value;
      return null;
    }
    const node = value / this.layout.node.fieldCount;
    if (node >= this.layout.nodeCount || !Number.isInteger(node)) {
      return `location ${location} belongs to ${value}, where no node begins.`;
    }
    if (location > 0 && node < this.rows[location * 4 - 4]) this.sorted = false;
    this.rows[location * 4] = node;
    return null;
  }

  private reserve(length: number): void {
    if (length <= this.rows.length) return;
    const larger = new Uint32Array(Math.max(length, this.rows.length * 2));
    larger.set(this.rows);
    this.rows = larger;
  }

  /** @returns what is missing, in words, or null when the section is whole */
  fault(): string | null {
    const fieldCount = this.layout.location?.fieldCount ?? 1;
    return this.received % fieldCount === 0
      ? null
      : `the last location has ${this.received % fieldCount} of ${fieldCount} fields.`;
  }

  finish(): LocationTable {
    const count = this.layout.location === null ? 0 : this.received / this.layout.location.fieldCount;
    const order = this.sorted ? null : sortedByNode(this.rows, count);
    const column = (offset: number): Uint32Array =>
      Uint32Array.from(
        { length: count },
        (_, location) => this.rows[(order?.[location] ?? location) * 4 + offset],
      );
    return { count, node: column(0), scriptId: column(1), line: column(2), column: column(3) };
  }
}

/** Field of a record -> column, -1 for fields nobody reads. */
function fieldColumns(fields: NonNullable<SnapshotLayout['location']>): number[] {
  const columns = Array.from({ length: fields.fieldCount }, () => -1);
  [fields.node, fields.scriptId, fields.line, fields.column].forEach(
    (field, column) => (columns[field] = column),
  );
  return columns;
}

function sortedByNode(rows: Uint32Array, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, location) => location).toSorted(
    (left, right) => rows[left * 4] - rows[right * 4] || left - right,
  );
}
