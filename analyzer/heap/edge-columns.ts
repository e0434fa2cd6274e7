import type { SnapshotLayout } from './layout.ts';
import { copyByteField, copyField } from './number-batch.ts';
import type { RecordBatch, RecordSink } from './number-batch.ts';
import { edgeTypesNamedByString } from './type-index.ts';

/** The edges section on its way into columns; see HeapGraph for what each holds. */
export class EdgeColumns implements RecordSink {
  readonly fieldCount: number;
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly to: Uint32Array;
  private count = 0;
  private maxStringName = 0;
  private readonly namedByString: Uint8Array;
  private readonly layout: SnapshotLayout;

  constructor(layout: SnapshotLayout) {
    this.layout = layout;
    this.fieldCount = layout.edge.fieldCount;
    this.type = new Uint8Array(layout.edgeCount);
    this.name = new Uint32Array(layout.edgeCount);
    this.to = new Uint32Array(layout.edgeCount);
    this.namedByString = edgeTypesNamedByString(layout.edgeTypeNames);
  }

  add(batch: RecordBatch): string | null {
    const { layout, fieldCount, count } = this;
    const rows = batch.count / fieldCount;
    if (count + rows > layout.edgeCount) return `more than the ${layout.edgeCount} edges announced.`;
    if (!Number.isInteger(rows))
      return `the last edge has ${batch.count % fieldCount} of ${fieldCount} fields.`;
    for (const value of batch.large.values()) return `the number ${value} is too large.`;
    const maxType = copyByteField({ batch, fieldCount, field: layout.edge.type }, this.type, count);
    if (maxType >= layout.edgeTypeNames.length)
      return `an edge has type ${maxType}; there are ${layout.edgeTypeNames.length} types.`;
    copyField({ batch, fieldCount, field: layout.edge.name }, this.name, count);
    this.noteNames(count, rows);
    this.count += rows;
    return this.copyTargets(batch, count);
  }

  private noteNames(start: number, rows: number): void {
    const { type, name, namedByString } = this;
    let largest = this.maxStringName;
    for (let edge = start; edge < start + rows; edge++) {
      if (name[edge] > largest && namedByString[type[edge]] === 1) largest = name[edge];
    }
    this.maxStringName = largest;
  }

  /** Turns positions in V8's list of numbers into NodeIndexes. */
  private copyTargets(batch: RecordBatch, start: number): string | null {
    const { to, fieldCount } = this;
    const { values, count } = batch;
    const { nodeCount, node } = this.layout;
    const nodeFields = node.fieldCount;
    const limit = nodeCount * nodeFields;
    for (let position = this.layout.edge.to, edge = start; position < count; position += fieldCount, edge++) {
      const value = values[position];
      const target = Math.floor(value / nodeFields);
      if (value >= limit || target * nodeFields !== value)
        return `edge ${edge} points to ${value}, where no node begins.`;
      to[edge] = target;
    }
    return null;
  }

  /** @returns what is missing, in words, or null when the section is whole */
  fault(): string | null {
    return this.count === this.layout.edgeCount
      ? null
      : `${this.count} edges instead of the ${this.layout.edgeCount} announced.`;
  }

  /** @returns that an edge's name is no string of the file, in words, or null */
  namesFault(stringCount: number): string | null {
    return this.maxStringName < stringCount || this.count === 0
      ? null
      : `an edge is named by string ${this.maxStringName}; there are ${stringCount} strings.`;
  }
}
