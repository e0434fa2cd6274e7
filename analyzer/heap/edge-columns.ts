import { sharedU32, sharedU8 } from './columns.ts';
import type { SnapshotLayout } from './layout.ts';
import type { NumberBatch } from './record-batch.ts';
import { edgeTypesNamedByString } from './type-index.ts';

/** The edges section as columns; see HeapGraph for what each holds. */
export interface EdgeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly to: Uint32Array;
}

export function edgeColumns({ edgeCount }: SnapshotLayout): EdgeColumns {
  return { type: sharedU8(edgeCount), name: sharedU32(edgeCount), to: sharedU32(edgeCount) };
}

/** Puts the section's next numbers into their columns. @returns a fault in words, or null */
export function placeEdges(columns: EdgeColumns, layout: SnapshotLayout, batch: NumberBatch): string | null {
  const { edgeCount, edgeTypeNames, edge: fields } = layout;
  const { fieldCount } = fields;
  if (batch.first + batch.count > edgeCount * fieldCount)
    return `more than the ${edgeCount} edges announced.`;
  for (const value of batch.large.values()) return `the number ${value} is too large.`;
  const maxType = batch.copyByteField(fieldCount, fields.type, columns.type);
  if (maxType >= edgeTypeNames.length)
    return `an edge has type ${maxType}; there are ${edgeTypeNames.length} types.`;
  batch.copyField(fieldCount, fields.name, columns.name);
  // V8 gives positions in its list of numbers
  const divisor = layout.node.fieldCount;
  const limit = layout.nodeCount * divisor;
  const stray = batch.copyQuotients(fieldCount, fields.to, columns.to, { divisor, limit });
  return stray && `edge ${stray.row} points to ${stray.value}, where no node begins.`;
}

/** @returns what is wrong with the section when all edges are in, or null */
export function edgeCountFault({ edgeCount, edge }: SnapshotLayout, numberCount: number): string | null {
  if (numberCount === edgeCount * edge.fieldCount) return null;
  return `${numberCount / edge.fieldCount} edges instead of the ${edgeCount} announced.`;
}

/** @returns that an edge's name is no string of the file, in words, or null */
export function edgeNameFault(
  { type, name }: EdgeColumns,
  layout: SnapshotLayout,
  stringCount: number,
): string | null {
  const namedByString = edgeTypesNamedByString(layout.edgeTypeNames);
  for (let edge = 0; edge < layout.edgeCount; edge++) {
    if (name[edge] >= stringCount && namedByString[type[edge]] === 1) {
      return `edge ${edge} is named by string ${name[edge]}; there are ${stringCount} strings.`;
    }
  }
  return null;
}
