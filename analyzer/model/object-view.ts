import type { HeapGraph } from '../heap/graph.ts';

/** Looks up single objects by the names their program gave. For the few objects a finding is about, not for passes. */
export interface ObjectView {
  readonly graph: HeapGraph;
  className(node: number): string;
  isClosure(node: number): boolean;
  isScope(node: number): boolean;
  isString(node: number): boolean;
  /**
   * The first characters of a string, at most so many and a piece more. One that V8 has not put together yet is told by its pieces;
   * of a part of another string the snapshot does not tell where it begins, so it is told by the whole.
   */
  text(node: number, length?: number): string;
  /** The target of `.name`, or -1. */
  property(node: number, name: string): number;
  /** The target of an edge V8 named itself (`bound_this`, `context`, …), or -1. */
  internal(node: number, name: string): number;
  propertyNames(node: number): string[];
  /** The names of the edges from one node to another, as (type, name) pairs. */
  edgesBetween(from: number, to: number): { readonly type: string; readonly name: string }[];
  /** The key under which a Map holds a value, or -1. */
  mapKey(map: number, value: number): number;
  /** The variables of scopes that hold an object. Goes through all edges. */
  variablesOf(node: number): { readonly scope: number; readonly name: string }[];
  /** Behind bind() and once(): the function a person wrote. */
  unwrapped(closure: number): number;
}

export function objectView(graph: HeapGraph): ObjectView {
  const { strings, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const types = (name: string) => graph.nodeTypeNames.indexOf(name);
  const closure = types('closure');
  const stringTypes = ['string', 'concatenated string', 'sliced string'].map(types);
  const edgeKind = (name: string) => graph.edgeTypeNames.indexOf(name);
  const property = edgeKind('property');
  const internal = edgeKind('internal');
  const element = edgeKind('element');
  const hidden = edgeKind('hidden');
  const context = edgeKind('context');

  const indexByName = new Map<string, number>(); // looking a text up goes through all of them
  function indexOf(name: string): number {
    let index = indexByName.get(name);
    if (index === undefined) indexByName.set(name, (index = strings.indexOf(name)));
    return index;
  }

  function target(node: number, kind: number, name: string): number {
    const wanted = indexOf(name);
    if (wanted === -1) return -1;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeType[edge] === kind && edgeName[edge] === wanted) return edgeTo[edge];
    }
    return -1;
  }

  const edgeText = (edge: number) =>
    edgeType[edge] === element || edgeType[edge] === hidden
      ? String(edgeName[edge])
      : strings.get(edgeName[edge]);

  const view: ObjectView = {
    graph,
    className(node) {
      const name = strings.get(graph.nodeName[node]);
      return name === 'system / Context' ? 'scope' : name;
    },
    isClosure: (node) => graph.nodeType[node] === closure,
    isScope: (node) => strings.get(graph.nodeName[node]) === 'system / Context',
    isString: (node) => stringTypes.includes(graph.nodeType[node]),
    text(node, length = MAX_TEXT) {
      let text = '';
      const pieces = [node];
      for (let step = 0; pieces.length > 0 && text.length <= length && step < MAX_PIECES; step++) {
        const piece = pieces.pop()!;
        const parts = ['second', 'first', 'parent']
          .map((name) => target(piece, internal, name))
          .filter((part) => part !== -1);
        if (parts.length === 0) text += strings.get(graph.nodeName[piece]);
        else pieces.push(...parts);
      }
      return text;
    },
    property: (node, name) => target(node, property, name),
    internal: (node, name) => target(node, internal, name),
    propertyNames(node) {
      const names: string[] = [];
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        if (edgeType[edge] === property && edgeText(edge) !== '__proto__') names.push(edgeText(edge));
      }
      return names;
    },
    edgesBetween(from, to) {
      const edges: { type: string; name: string }[] = [];
      for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) {
        if (edgeTo[edge] === to)
          edges.push({ type: graph.edgeTypeNames[edgeType[edge]], name: edgeText(edge) });
      }
      return edges;
    },
    mapKey(map, value) {
      const table = target(map, internal, 'table');
      if (table === -1) return -1;
      const slotOf = (edge: number) =>
        edgeType[edge] === internal ? Number(edgeText(edge)) : edgeName[edge];
      for (let edge = firstEdge[table]; edge < firstEdge[table + 1]; edge++) {
        if (edgeTo[edge] !== value) continue;
        for (let other = firstEdge[table]; other < firstEdge[table + 1]; other++) {
          if (slotOf(other) === slotOf(edge) - 1) return edgeTo[other];
        }
      }
      return -1;
    },
    variablesOf(node) {
      const variables: { scope: number; name: string }[] = [];
      for (let scope = 0; scope < graph.nodeCount; scope++) {
        for (let edge = firstEdge[scope]; edge < firstEdge[scope + 1]; edge++) {
          if (edgeTo[edge] === node && edgeType[edge] === context)
            variables.push({ scope, name: edgeText(edge) });
        }
      }
      return variables;
    },
    unwrapped(node) {
      let at = node;
      for (let step = 0; step < MAX_WRAPPERS && view.isClosure(at); step++) {
        const inner = [target(at, property, 'listener'), target(at, internal, 'bound_function')].find(
          (next) => next !== -1 && view.isClosure(next),
        );
        if (inner === undefined) break;
        at = inner;
      }
      return at;
    },
  };
  return view;
}

const MAX_TEXT = 4096; // a path, a URL
const MAX_PIECES = 2000; // of a string

const MAX_WRAPPERS = 4; // once() around bind() around once() is as deep as anyone goes
