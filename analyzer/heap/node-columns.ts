import { sharedU32, sharedU8 } from './columns.ts';
import type { SnapshotLayout } from './layout.ts';
import type { NumberBatch } from './record-batch.ts';

/** The nodes section as columns; see HeapGraph for what each holds. */
export interface NodeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  readonly selfSize: Uint32Array;
  /** NodeIndex -> bytes, for self sizes that 32 bits don't hold. */
  readonly largeSelfSize: Map<number, number>;
  readonly detachedness: Uint8Array | null;
  /** While nodes come in: NodeIndex + 1 -> how many edges it has. */
  readonly firstEdge: Uint32Array;
}

export function nodeColumns({ nodeCount, node }: SnapshotLayout): NodeColumns {
  return {
    type: sharedU8(nodeCount),
    name: sharedU32(nodeCount),
    id: sharedU32(nodeCount),
    selfSize: sharedU32(nodeCount),
    largeSelfSize: new Map(),
    detachedness: node.detachedness === -1 ? null : sharedU8(nodeCount),
    firstEdge: sharedU32(nodeCount + 1),
  };
}

/** Puts the section's next numbers into their columns. @returns a fault in words, or null */
export function placeNodes(columns: NodeColumns, layout: SnapshotLayout, batch: NumberBatch): string | null {
  const { nodeCount, nodeTypeNames, node: fields } = layout;
  const { fieldCount } = fields;
  if (batch.first + batch.count > nodeCount * fieldCount)
    return `more than the ${nodeCount} nodes announced.`;
  const maxType = batch.copyByteField(fieldCount, fields.type, columns.type);
  if (maxType >= nodeTypeNames.length)
    return `a node has type ${maxType}; there are ${nodeTypeNames.length} types.`;
  batch.copyField(fieldCount, fields.name, columns.name);
  batch.copyField(fieldCount, fields.id, columns.id);
  batch.copyField(fieldCount, fields.selfSize, columns.selfSize);
  batch.copyField(fieldCount, fields.edgeCount, columns.firstEdge.subarray(1));
  if (columns.detachedness !== null)
    batch.copyByteField(fieldCount, fields.detachedness, columns.detachedness);
  for (const [position, value] of batch.large) {
    const number = batch.first + position;
    if (number % fieldCount !== fields.selfSize) return `the number ${value} is too large.`;
    columns.largeSelfSize.set(Math.floor(number / fieldCount), value);
  }
  return null;
}

/** Turns edge counts into edge indexes when all nodes are in. @returns what is wrong with the section, or null */
export function finishNodes(
  columns: NodeColumns,
  layout: SnapshotLayout,
  numberCount: number,
): string | null {
  const { nodeCount, edgeCount, node } = layout;
  if (numberCount !== nodeCount * node.fieldCount) {
    return `${numberCount / node.fieldCount} nodes instead of the ${nodeCount} announced.`;
  }
  const { firstEdge } = columns;
  let total = 0;
  for (let index = 1; index <= nodeCount; index++) {
    total += firstEdge[index];
    firstEdge[index] = total;
  }
  return total === edgeCount ? null : `its nodes claim ${total} edges instead of the ${edgeCount} announced.`;
}

/** @returns that a node's name is no string of the file, in words, or null */
export function nodeNameFault({ name }: NodeColumns, stringCount: number): string | null {
  const node = name.findIndex((stringIndex) => stringIndex >= stringCount);
  return node === -1
    ? null
    : `node ${node} is named by string ${name[node]}; there are ${stringCount} strings.`;
}

/** NodeIndex -> bytes; doubles only when they are needed. */
export function selfSizes({ selfSize, largeSelfSize }: NodeColumns): Uint32Array | Float64Array {
  if (largeSelfSize.size === 0) return selfSize;
  const sizes = new Float64Array(new SharedArrayBuffer(selfSize.length * Float64Array.BYTES_PER_ELEMENT));
  sizes.set(selfSize);
  for (const [node, bytes] of largeSelfSize) sizes[node] = bytes;
  return sizes;
}
