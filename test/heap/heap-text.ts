import type { HeapGraph, LocationTable, StringTable } from '../../analyzer/heap/graph.ts';

/** V8's names in V8's order, as Node 20 writes them. */
export const NODE_TYPES = [
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
  'symbol',
  'bigint',
  'object shape',
];
export const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

export interface NodeText {
  readonly type?: string;
  readonly name?: string;
  readonly id?: number;
  readonly selfSize?: number;
  readonly detachedness?: number;
  /** [scriptId, line, column] */
  readonly location?: readonly [number, number, number];
}

export interface TextHeap {
  readonly graph: HeapGraph;
  /** Name in the text -> NodeIndex. */
  readonly at: Readonly<Record<string, number>>;
}

interface TextEdge {
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly name: string;
}

/**
 * A small heap drawn as text: chains of `a -> b`, one or more per line. An edge is a property named like its target unless
 * the arrow says more: `a -weak:x-> b`, `a -element:3-> b`, `a -.items-> b`. The first node named is the root. Nodes are
 * objects of 1 byte named like in the text, and odd ids by order; `nodes` changes that.
 *
 *     const { graph, at } = heap(`root -> a -> b
 *                                         a -weak:ref-> c`);
 */
export function heap(text: string, nodes: Readonly<Record<string, NodeText>> = {}): TextHeap {
  const edges = text.split('\n').flatMap(parseLine);
  const names = [
    ...new Set([...firstNames(text), ...edges.flatMap(({ from, to }) => [from, to]), ...Object.keys(nodes)]),
  ];
  const at = Object.fromEntries(names.map((name, node) => [name, node]));
  const strings = new TextStrings();
  const sorted = names.flatMap((name) => edges.filter(({ from }) => from === name));
  const info = names.map((name) => nodes[name] ?? {});
  const graph: HeapGraph = {
    nodeCount: names.length,
    edgeCount: edges.length,
    nodeTypeNames: NODE_TYPES,
    edgeTypeNames: EDGE_TYPES,
    nodeType: Uint8Array.from(names, (name, node) =>
      typeNumber(NODE_TYPES, nodes[name]?.type ?? (node === 0 ? 'synthetic' : 'object')),
    ),
    nodeName: Uint32Array.from(names, (name) => strings.add(nodes[name]?.name ?? name)),
    nodeId: Uint32Array.from(info, ({ id }, node) => id ?? node * 2 + 1),
    selfSize: Uint32Array.from(info, ({ selfSize }) => selfSize ?? 1),
    detachedness: Uint8Array.from(info, ({ detachedness }) => detachedness ?? 0),
    firstEdge: firstEdges(names, edges),
    edgeType: Uint8Array.from(sorted, ({ type }) => typeNumber(EDGE_TYPES, type)),
    edgeName: Uint32Array.from(sorted, ({ type, name }) =>
      type === 'element' || type === 'hidden' ? Number(name) : strings.add(name),
    ),
    edgeTo: Uint32Array.from(sorted, ({ to }) => at[to]),
    locations: locationTable(info),
    strings,
    extraNativeBytes: 0,
  };
  return { graph, at };
}

const EDGE = /\s*-(?:(?<type>\w+):|\.)?(?<name>[^>]*?)->\s*|\s*->\s*/;

function parseLine(line: string): TextEdge[] {
  const parts = line.trim().split(/\s*(-(?:\w+:|\.)[^>]*?->|->)\s*/);
  const edges: TextEdge[] = [];
  for (let index = 0; index + 2 < parts.length; index += 2) {
    const arrow = EDGE.exec(parts[index + 1])?.groups ?? {};
    const to = parts[index + 2];
    edges.push({ from: parts[index], to, type: arrow.type ?? 'property', name: arrow.name || to });
  }
  return edges;
}

/** The first node of each line: a node without edges is still a node. */
function firstNames(text: string): string[] {
  const first = /^\s*([^\s-]+)/.exec(text)?.[1];
  return first === undefined ? [] : [first];
}

function firstEdges(names: readonly string[], edges: readonly TextEdge[]): Uint32Array {
  const first = new Uint32Array(names.length + 1);
  names.forEach(
    (name, node) => (first[node + 1] = first[node] + edges.filter(({ from }) => from === name).length),
  );
  return first;
}

function typeNumber(names: readonly string[], name: string): number {
  const number = names.indexOf(name);
  if (number === -1) throw new Error(`no type ${name}`);
  return number;
}

function locationTable(info: readonly NodeText[]): LocationTable {
  const rows = info.flatMap(({ location }, node) => (location === undefined ? [] : [[node, ...location]]));
  const column = (index: number): Uint32Array => Uint32Array.from(rows, (row) => row[index]);
  return { count: rows.length, node: column(0), scriptId: column(1), line: column(2), column: column(3) };
}

export class TextStrings implements StringTable {
  private readonly texts: string[];

  constructor(texts: string[] = []) {
    this.texts = texts;
  }

  get count(): number {
    return this.texts.length;
  }

  add(text: string): number {
    const known = this.texts.indexOf(text);
    return known === -1 ? this.texts.push(text) - 1 : known;
  }

  get(stringIndex: number): string {
    return this.texts[stringIndex];
  }

  indexOf(text: string): number {
    return this.texts.indexOf(text);
  }

  indexesContaining(text: string): number[] {
    return this.texts.flatMap((one, index) => (one.includes(text) ? [index] : []));
  }

  containing(text: string): Uint8Array {
    return Uint8Array.from(this.texts, (one) => (one.toLowerCase().includes(text.toLowerCase()) ? 1 : 0));
  }
}
