import type { HeapGraph } from '../heap/graph.ts';

/** Where something stands in a script as V8 compiled it: before source maps. */
export interface ScriptPosition {
  /** Script name as V8 knows it: a path, a file: URL, `node:…`, or something a bundler made up. */
  readonly script: string;
  readonly line: number; // 1-based
  readonly column: number; // 1-based
}

/** Which script and function the objects of a snapshot belong to. */
export interface Scripts {
  /** A closure's function, or the class of an object: where its constructor stands. Null when the file doesn't say. */
  positionOf(node: number): ScriptPosition | null;
  /** V8's number for the script that a closure's function was compiled from: each text that is compiled has one of its own; -1 when the file doesn't say. */
  scriptIdOf(node: number): number;
  /** The closure that runs in this scope (a `system / Context` node) whose function stands first in its script, or -1. */
  closureIn(scope: number): number;
  /**
   * A closure of each function that runs in this scope, in the order in which they stand in their script; those of the scopes
   * within it where none runs in this one itself.
   */
  closuresIn(scope: number): readonly number[];
  /** Names of the scripts that the snapshot's functions come from. */
  readonly names: readonly string[];
  /** The start of a script's text, as far as V8 writes it down (1,024 characters), or null. */
  sourceStart(script: string): string | null;
}

const NONE = 0xffffffff;
const MAX_COLUMNS = 2 ** 31; // V8's own limit for the length of a script is below it
const MAX_INNER = 1000; // scopes within one; a leak's are all alike

export function scriptsOf(graph: HeapGraph): Scripts {
  const { firstEdge, edgeType, edgeName, edgeTo, strings, locations } = graph;
  const internal = graph.edgeTypeNames.indexOf('internal');
  const scopeName = strings.indexOf('system / Context');
  const closureType = graph.nodeTypeNames.indexOf('closure');
  const edgeNames = {
    shared: strings.indexOf('shared'),
    script: strings.indexOf('script'),
    scriptOrDebugInfo: strings.indexOf('script_or_debug_info'),
    context: strings.indexOf('context'),
    previous: strings.indexOf('previous'),
    source: strings.indexOf('source'),
  };

  function follow(node: number, ...wanted: readonly number[]): number {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeType[edge] === internal && wanted.includes(edgeName[edge])) return edgeTo[edge];
    }
    return -1;
  }

  const scriptNodes = new Map<number, number>(); // scriptId -> NodeIndex of its script
  const scriptNodeByName = new Map<string, number>();
  for (let at = 0; at < locations.count; at++) {
    const node = locations.node[at];
    if (graph.nodeType[node] !== closureType || scriptNodes.has(locations.scriptId[at])) continue;
    const shared = follow(node, edgeNames.shared);
    const script = shared === -1 ? -1 : follow(shared, edgeNames.scriptOrDebugInfo, edgeNames.script);
    if (script === -1) continue;
    scriptNodes.set(locations.scriptId[at], script);
    scriptNodeByName.set(strings.get(graph.nodeName[script]), script);
  }

  let inScopes: { readonly first: Uint32Array; readonly next: Uint32Array } | null = null;
  /** Of each scope, the closures that run in it and the scopes within it, as a list. */
  function listsByScope() {
    const first = new Uint32Array(graph.nodeCount).fill(NONE); // NodeIndex of a scope -> NodeIndex of one of the two
    const next = new Uint32Array(graph.nodeCount).fill(NONE); // NodeIndex of either -> the next one's
    for (let node = 0; node < graph.nodeCount; node++) {
      const isScope = graph.nodeName[node] === scopeName;
      if (!isScope && graph.nodeType[node] !== closureType) continue;
      const scope = follow(node, isScope ? edgeNames.previous : edgeNames.context);
      if (scope === -1) continue;
      next[node] = first[scope];
      first[scope] = node;
    }
    return { first, next };
  }

  function closuresIn(scope: number): readonly number[] {
    inScopes ??= listsByScope();
    const inner: number[] = [scope];
    const byPlace = new Map<number, number>(); // where the function stands -> a closure of it
    for (let at = 0; at < inner.length && byPlace.size === 0; at++) {
      for (let node = inScopes.first[inner[at]]; node !== NONE; node = inScopes.next[node]) {
        if (graph.nodeType[node] === closureType) byPlace.set(placeOf(node), node);
        else if (inner.length < MAX_INNER) inner.push(node);
      }
    }
    return [...byPlace].toSorted(([a], [b]) => a - b).map(([, node]) => node);
  }

  /** Orders what stands in one script. */
  function placeOf(node: number): number {
    const at = locationIndex(graph, node);
    return at === -1 ? Number.POSITIVE_INFINITY : locations.line[at] * MAX_COLUMNS + locations.column[at];
  }

  return {
    names: [...scriptNodeByName.keys()],
    positionOf(node) {
      const at = locationIndex(graph, node);
      if (at === -1) return null;
      const script = scriptNodes.get(locations.scriptId[at]);
      if (script === undefined) return null;
      const name = strings.get(graph.nodeName[script]);
      return name === ''
        ? null
        : { script: name, line: locations.line[at] + 1, column: locations.column[at] + 1 };
    },
    scriptIdOf(node) {
      const at = locationIndex(graph, node);
      return at === -1 ? -1 : locations.scriptId[at];
    },
    closuresIn,
    closureIn: (scope) => closuresIn(scope)[0] ?? -1,
    sourceStart(script) {
      const node = scriptNodeByName.get(script);
      const source = node === undefined ? -1 : follow(node, edgeNames.source);
      return source === -1 ? null : strings.get(graph.nodeName[source]);
    },
  };
}

/** Binary search in the sorted location column; -1 when the node has no location. */
function locationIndex(graph: HeapGraph, node: number): number {
  const column = graph.locations.node;
  let low = 0;
  let high = graph.locations.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (column[middle] === node) return middle;
    if (column[middle] < node) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
