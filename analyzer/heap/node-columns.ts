import type { SnapshotLayout } from './layout.ts';
import { copyByteField, copyField } from './number-batch.ts';
import type { RecordBatch, RecordSink } from './number-batch.ts';

/** The nodes section on its way into columns; see HeapGraph for what each holds. */
export class NodeColumns implements RecordSink {
  readonly fieldCount: number;
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  selfSize: Uint32Array | Float64Array;
  readonly detachedness: Uint8Array | null;
  readonly firstEdge: Uint32Array;
  maxName = 0;
  private count = 0;
  private edgeTotal = 0;
  private readonly layout: SnapshotLayout;

  constructor(layout: SnapshotLayout) {
    const { nodeCount } = layout;
    this.layout = layout;
    this.fieldCount = layout.node.fieldCount;
    this.type = new Uint8Array(nodeCount);
    this.name = new Uint32Array(nodeCount);
    this.id = new Uint32Array(nodeCount);
    this.selfSize = new Uint32Array(nodeCount);
    this.detachedness = layout.node.detachedness === -1 ? null : new Uint8Array(nodeCount);
    this.firstEdge = new Uint32Array(nodeCount + 1);
  }

  add(batch: RecordBatch): string | null {
    const { layout, fieldCount, count } = this;
    const rows = batch.count / fieldCount;
    if (count + rows > layout.nodeCount) return `more than the ${layout.nodeCount} nodes announced.`;
    if (!Number.isInteger(rows))
      return `the last node has ${batch.count % fieldCount} of ${fieldCount} fields.`;
    const fault = this.takeLargeSizes(batch);
    if (fault !== null) return fault;
    const fields = layout.node;
    const copy = (field: number, column: Uint32Array, start = count): number =>
      copyField({ batch, fieldCount, field }, column, start);
    const maxType = copyByteField({ batch, fieldCount, field: fields.type }, this.type, count);
    if (maxType >= layout.nodeTypeNames.length)
      return `a node has type ${maxType}; there are ${layout.nodeTypeNames.length} types.`;
    this.maxName = Math.max(this.maxName, copy(fields.name, this.name));
    copy(fields.id, this.id);
    if (this.selfSize instanceof Uint32Array) copy(fields.selfSize, this.selfSize);
    copy(fields.edgeCount, this.firstEdge, count + 1);
    if (this.detachedness !== null)
      copyByteField({ batch, fieldCount, field: fields.detachedness }, this.detachedness, count);
    this.count += rows;
    return this.sumEdges(count + 1, rows);
  }

  /** Turns self sizes into doubles from the first one on that 32 bits don't hold. */
  private takeLargeSizes(batch: RecordBatch): string | null {
    const { selfSize } = this.layout.node;
    for (const [position, value] of batch.large) {
      if (position % this.fieldCount !== selfSize) return `the number ${value} is too large.`;
      if (this.selfSize instanceof Uint32Array) this.selfSize = Float64Array.from(this.selfSize);
    }
    if (this.selfSize instanceof Uint32Array) return null;
    for (
      let position = selfSize, node = this.count;
      position < batch.count;
      position += this.fieldCount, node++
    ) {
      this.selfSize[node] = batch.large.get(position) ?? batch.values[position];
    }
    return null;
  }

  /** Turns the edge counts of `rows` nodes into edge indexes. */
  private sumEdges(start: number, rows: number): string | null {
    const { firstEdge } = this;
    let total = this.edgeTotal;
    for (let row = start; row < start + rows; row++) {
      total += firstEdge[row];
      firstEdge[row] = total;
    }
    this.edgeTotal = total;
    return total > this.layout.edgeCount
      ? `nodes up to ${start + rows - 2} claim ${total} edges; ${this.layout.edgeCount} are announced.`
      : null;
  }

  /** @returns what is missing, in words, or null when the section is whole */
  fault(): string | null {
    const { nodeCount, edgeCount } = this.layout;
    if (this.count !== nodeCount) return `${this.count} nodes instead of the ${nodeCount} announced.`;
    return this.edgeTotal === edgeCount
      ? null
      : `its nodes claim ${this.edgeTotal} edges instead of the ${edgeCount} announced.`;
  }
}
