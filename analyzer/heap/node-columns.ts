import type { SnapshotLayout } from './layout.ts';
import type { NumberBatch } from './number-batch.ts';

/** The nodes section on its way into columns; see HeapGraph for what each holds. */
export class NodeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  selfSize: Uint32Array | Float64Array;
  readonly detachedness: Uint8Array | null;
  readonly firstEdge: Uint32Array;
  /** How many numbers came so far. */
  received = 0;
  maxName = 0;
  private edgeTotal = 0;
  private readonly layout: SnapshotLayout;

  constructor(layout: SnapshotLayout) {
    const { nodeCount } = layout;
    this.layout = layout;
    this.type = new Uint8Array(nodeCount);
    this.name = new Uint32Array(nodeCount);
    this.id = new Uint32Array(nodeCount);
    this.selfSize = new Uint32Array(nodeCount);
    this.detachedness = layout.node.detachedness === -1 ? null : new Uint8Array(nodeCount);
    this.firstEdge = new Uint32Array(nodeCount + 1);
  }

  /** Takes the next numbers of the section. @returns a fault in words, or null */
  add(batch: NumberBatch): string | null {
    const { fieldCount } = this.layout.node;
    if (this.received + batch.count > this.layout.nodeCount * fieldCount) {
      return `more than the ${this.layout.nodeCount} nodes announced.`;
    }
    for (const [position, value] of batch.large) {
      if ((this.received + position) % fieldCount !== this.layout.node.selfSize)
        return `the number ${value} is too large.`;
      this.selfSize = Float64Array.from(this.selfSize);
    }
    let node = Math.floor(this.received / fieldCount);
    let field = this.received % fieldCount;
    for (let position = 0; position < batch.count; position++) {
      const fault = this.set(node, field, batch, position);
      if (fault !== null) return fault;
      if (++field === fieldCount) {
        field = 0;
        node++;
      }
    }
    this.received += batch.count;
    return null;
  }

  private set(node: number, field: number, batch: NumberBatch, position: number): string | null {
    const { node: fields, nodeTypeNames, edgeCount } = this.layout;
    const value = batch.values[position];
    if (field === fields.type) {
      if (value >= nodeTypeNames.length)
        return `node ${node} has type ${value}; there are ${nodeTypeNames.length} types.`;
      this.type[node] = value;
    } else if (field === fields.name) {
      if (value > this.maxName) this.maxName = value;
      this.name[node] = value;
    } else if (field === fields.id) this.id[node] = value;
    else if (field === fields.selfSize) this.selfSize[node] = batch.valueAt(position);
    else if (field === fields.edgeCount) {
      this.edgeTotal += value;
      if (this.edgeTotal > edgeCount)
        return `nodes up to ${node} claim ${this.edgeTotal} edges; ${edgeCount} are announced.`;
      this.firstEdge[node + 1] = this.edgeTotal;
    } else if (field === fields.detachedness && this.detachedness !== null) this.detachedness[node] = value;
    return null;
  }

  /** @returns what is missing, in words, or null when the section is whole */
  fault(): string | null {
    const { nodeCount, edgeCount, node } = this.layout;
    if (this.received !== nodeCount * node.fieldCount) {
      return `${this.received / node.fieldCount} nodes instead of the ${nodeCount} announced.`;
    }
    return this.edgeTotal === edgeCount
      ? null
      : `its nodes claim ${this.edgeTotal} edges instead of the ${edgeCount} announced.`;
  }
}
