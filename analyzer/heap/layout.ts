import { malformed, SnapshotError } from './snapshot-error.ts';

/** What the `snapshot` section announces, checked. Offsets are field positions inside of a record, -1 when absent. */
export interface SnapshotLayout {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly extraNativeBytes: number;
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeNames: readonly string[];
  readonly node: {
    readonly fieldCount: number;
    readonly type: number;
    readonly name: number;
    readonly id: number;
    readonly selfSize: number;
    readonly edgeCount: number;
    readonly detachedness: number;
  };
  readonly edge: {
    readonly fieldCount: number;
    readonly type: number;
    readonly name: number;
    readonly to: number;
  };
  /** null when the file has no locations (before Node 12). */
  readonly location: {
    readonly fieldCount: number;
    readonly node: number;
    readonly scriptId: number;
    readonly line: number;
    readonly column: number;
  } | null;
}

const MAX_TYPES = 255; // a type is kept in one byte
const MAX_COUNT = 2 ** 32 - 2; // NodeIndex and EdgeIndex are 32 bits wide, the last value means none
const MIN_FIELD_BYTES = 2; // a digit and a comma

/**
 * Checks the header of a snapshot and finds where each field of a record stands.
 * @param header the value of the `snapshot` section
 * @param maxBytes how long the file can be; null when unknown
 * @param offset where the header begins, for messages
 * @throws SnapshotError MALFORMED; TRUNCATED when the file cannot hold what the header announces
 */
export function layoutOf(header: unknown, maxBytes: number | null, offset = 0): SnapshotLayout {
  try {
    return checkedLayout(header, maxBytes);
  } catch (error) {
    throw error instanceof HeaderFault ? malformed('snapshot', offset, error.message) : error;
  }
}

function checkedLayout(header: unknown, maxBytes: number | null): SnapshotLayout {
  const snapshot = object(header, 'snapshot');
  const meta = object(snapshot.meta, 'snapshot.meta');
  const nodeFields = names(meta.node_fields, 'node_fields');
  const edgeFields = names(meta.edge_fields, 'edge_fields');
  const layout: SnapshotLayout = {
    nodeCount: count(snapshot.node_count, 'node_count'),
    edgeCount: count(snapshot.edge_count, 'edge_count'),
    extraNativeBytes:
      snapshot.extra_native_bytes === undefined
        ? 0
        : count(snapshot.extra_native_bytes, 'extra_native_bytes', 2 ** 52),
    nodeTypeNames: typeNames(meta.node_types, required(nodeFields, 'type', 'node_fields'), 'node_types'),
    edgeTypeNames: typeNames(meta.edge_types, required(edgeFields, 'type', 'edge_fields'), 'edge_types'),
    node: {
      fieldCount: nodeFields.length,
      type: required(nodeFields, 'type', 'node_fields'),
      name: required(nodeFields, 'name', 'node_fields'),
      id: required(nodeFields, 'id', 'node_fields'),
      selfSize: required(nodeFields, 'self_size', 'node_fields'),
      edgeCount: required(nodeFields, 'edge_count', 'node_fields'),
      detachedness: nodeFields.indexOf('detachedness'),
    },
    edge: {
      fieldCount: edgeFields.length,
      type: required(edgeFields, 'type', 'edge_fields'),
      name: required(edgeFields, 'name_or_index', 'edge_fields'),
      to: required(edgeFields, 'to_node', 'edge_fields'),
    },
    location: meta.location_fields === undefined ? null : locationLayout(meta.location_fields),
  };
  checkRoot(snapshot.root_index);
  checkSize(layout, maxBytes);
  return layout;
}

function locationLayout(fields: unknown): NonNullable<SnapshotLayout['location']> {
  const locationFields = names(fields, 'location_fields');
  return {
    fieldCount: locationFields.length,
    node: required(locationFields, 'object_index', 'location_fields'),
    scriptId: required(locationFields, 'script_id', 'location_fields'),
    line: required(locationFields, 'line', 'location_fields'),
    column: required(locationFields, 'column', 'location_fields'),
  };
}

function checkRoot(rootIndex: unknown): void {
  if (rootIndex !== undefined && rootIndex !== 0) {
    throw headerFault(`"root_index" is ${JSON.stringify(rootIndex)}; V8 writes the root first.`);
  }
}

function checkSize(layout: SnapshotLayout, maxBytes: number | null): void {
  if (layout.nodeCount === 0) throw headerFault('"node_count" is 0; there is always a root.');
  if (maxBytes === null) return;
  const fields = layout.nodeCount * layout.node.fieldCount + layout.edgeCount * layout.edge.fieldCount;
  const leastBytes = fields * MIN_FIELD_BYTES;
  if (leastBytes <= maxBytes) return;
  throw new SnapshotError(
    'TRUNCATED',
    `Truncated heap snapshot: its header announces ${layout.nodeCount} nodes and ${layout.edgeCount} edges, ` +
      `which take at least ${leastBytes} bytes; the file has ${maxBytes}.`,
    { section: 'snapshot', offset: maxBytes },
  );
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw headerFault(`"${name}" is ${value === undefined ? 'missing' : 'no object'}.`);
  }
  return value as Record<string, unknown>;
}

function names(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof item === 'string')) {
    throw headerFault(`"meta.${name}" is ${value === undefined ? 'missing' : 'no list of names'}.`);
  }
  return value;
}

function required(fields: readonly string[], field: string, list: string): number {
  const position = fields.indexOf(field);
  if (position === -1) throw headerFault(`"meta.${list}" lacks "${field}".`);
  return position;
}

function typeNames(types: unknown, typeField: number, name: string): string[] {
  const found = names(Array.isArray(types) ? types[typeField] : undefined, name);
  if (found.length > MAX_TYPES)
    throw headerFault(`"meta.${name}" names ${found.length} types; at most ${MAX_TYPES} are known.`);
  return found;
}

function count(value: unknown, name: string, max = MAX_COUNT): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw headerFault(
      `"${name}" is ${value === undefined ? 'missing' : JSON.stringify(value)}, not a count.`,
    );
  }
  if (value > max) throw headerFault(`"${name}" is ${value}; at most ${max} can be read.`);
  return value;
}

/** What is wrong with the header, to be told with its place. */
class HeaderFault extends Error {}

function headerFault(what: string): HeaderFault {
  return new HeaderFault(what);
}
