import { EDGE_TYPES, NODE_TYPES } from './heap-text.ts';

/** The parts of a snapshot file, to be changed before it is written. */
export interface SnapshotParts {
  readonly snapshot: {
    meta: Record<string, unknown>;
    node_count: number;
    edge_count: number;
    [key: string]: unknown;
  };
  readonly nodes: number[];
  readonly edges: number[];
  readonly locations: number[];
  readonly strings: string[];
}

/**
 * A file of four nodes as Node 20 writes it: root -shortcut-> global -property:list-> Array -element:0-> "héllo\n", and a
 * location for the Array. Node ids are 1, 3, 5, 7, self sizes 0, 8, 16, 32.
 */
export function snapshotParts(): SnapshotParts {
  return {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
        node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: 4,
      edge_count: 3,
      trace_function_count: 0,
    },
    nodes: [
      [nodeType('synthetic'), 0, 1, 0, 1, 0, 0],
      [nodeType('object'), 1, 3, 8, 1, 0, 0],
      [nodeType('object'), 3, 5, 16, 1, 0, 0],
      [nodeType('string'), 4, 7, 32, 0, 0, 0],
    ].flat(),
    edges: [
      [edgeType('shortcut'), 1, 7],
      [edgeType('property'), 2, 14],
      [edgeType('element'), 0, 21],
    ].flat(),
    locations: [14, 81, 2, 5],
    strings: ['(root)', 'global', 'list', 'Array', 'h\u00e9llo\n"\\'],
  };
}

function nodeType(name: string): number {
  return NODE_TYPES.indexOf(name);
}

function edgeType(name: string): number {
  return EDGE_TYPES.indexOf(name);
}

/** The file's text, with line feeds where V8 puts them. */
export function snapshotText(parts: object = snapshotParts()): string {
  const sections = Object.entries(parts).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  return `{${sections.join(',\n')}}`;
}
