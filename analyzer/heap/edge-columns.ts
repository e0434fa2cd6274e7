import { edgeTypesNamedByString } from './type-index.ts';
import type { SnapshotLayout } from './layout.ts';
import type { NumberBatch } from './number-batch.ts';

/** The edges section on its way into columns; see HeapGraph for what each holds. */
export class EdgeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly to: Uint32Array;
  /** How many numbers came so far. */
  received = 0;
  private readonly layout: SnapshotLayout;

  constructor(layout: SnapshotLayout) {
    this.layout = layout;
    this.type = new Uint8Array(layout.edgeCount);
    this.name = new Uint32Array(layout.edgeCount);
    this.to = new Uint32Array(layout.edgeCount);
  }

  /** Takes the next numbers of the section. @returns a fault in words, or null */
  add(batch: NumberBatch): string | null {
    const { fieldCount } = this.layout.edge;
    if (this.received + batch.count > this.layout.edgeCount * fieldCount) {
      return `more than the ${this.layout.edgeCount} edges announced.`;
    }
    for (const value of batch.large.values()) return `the number ${value} is too large.`;
    let edge = Math.floor(this.received / fieldCount);
    let field = this.received % fieldCount;
    for (let position = 0; position < batch.count; position++) {
      const fault = this.set(edge, field, batch.values[position]);
      if (fault !== null) return fault;
      if (++field === fieldCount) {
        field = 0;
        edge++;
      }
    }
    this.received += batch.count;
    return null;
  }

  private set(edge: number, field: number, value: number): string | null {
    const { edge: fields, node, nodeCount, edgeTypeNames } = this.layout;
    if (field === fields.type) {
      if (value >= edgeTypeNames.length)
        return `edge ${edge} has type ${value}; there are ${edgeTypeNames.length} types.`;
      this.type[edge] = value;
    } else if (field === fields.name) this.name[edge] = value;
    else if (field === fields.to) {
      const to = value / node.fieldCount;
      if (to >= nodeCount || !Number.isInteger(to))
        return `edge ${edge} points to ${value}, where no node begins.`;
      this.to[edge] = to;
    }
    return null;
  }

  /** @returns what is missing, in words, or null when the section is whole */
  fault(): string | null {
    const { edgeCount, edge } = this.layout;
    if (this.received !== edgeCount * edge.fieldCount) {
      return `${this.received / edge.fieldCount} edges instead of the ${edgeCount} announced.`;
    }
    return null;
  }

  /** @returns the first edge whose name is no string of the file, in words, or null */
  namesFault(stringCount: number): string | null {
    const named = edgeTypesNamedByString(this.layout.edgeTypeNames);
    for (let index = 0; index < this.layout.edgeCount; index++) {
      if (named[this.type[index]] === 1 && this.name[index] >= stringCount) {
        return `edge ${index} is named by string ${this.name[index]}; there are ${stringCount} strings.`;
      }
    }
    return null;
  }
}
