import type { HeapGraph } from './graph.ts';

/**
 * Numbers of the node and edge types that algorithms treat specially; -1 for a type the file doesn't know,
 * which then equals no node's or edge's type.
 */
export interface TypeIndex {
  readonly node: Readonly<Record<NodeTypeName, number>>;
  readonly edge: Readonly<Record<EdgeTypeName, number>>;
}

const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
] as const;
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const;

export type NodeTypeName = (typeof NODE_TYPES)[number];
export type EdgeTypeName = (typeof EDGE_TYPES)[number];

export function typeIndex(graph: Pick<HeapGraph, 'nodeTypeNames' | 'edgeTypeNames'>): TypeIndex {
  return {
    node: positions(NODE_TYPES, graph.nodeTypeNames),
    edge: positions(EDGE_TYPES, graph.edgeTypeNames),
  };
}

function positions<Name extends string>(
  names: readonly Name[],
  all: readonly string[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, all.indexOf(name)])) as Record<Name, number>;
}

/** Edge type -> 1 when edgeName is a StringIndex, 0 when it is the element's index. */
export function edgeTypesNamedByString(edgeTypeNames: readonly string[]): Uint8Array {
  return Uint8Array.from(edgeTypeNames, (name) => (name === 'element' || name === 'hidden' ? 0 : 1));
}

/** What a person calls the edge: its property, variable or index. */
export function edgeLabel(graph: HeapGraph, edge: number): string {
  const type = graph.edgeTypeNames[graph.edgeType[edge]];
  const name = graph.edgeName[edge];
  return type === 'element' || type === 'hidden' ? String(name) : graph.strings.get(name);
}
