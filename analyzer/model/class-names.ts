import type { HeapGraph } from '../heap/graph.ts';
import type { Interner } from './interner.ts';

const STRING_TYPES: ReadonlySet<string> = new Set(['string', 'concatenated string', 'sliced string']);

/**
 * The class of a node as an interned text, the same number in every snapshot: the constructor's name for an object,
 * `function name` for a closure, `string` for every string whatever it says.
 */
export function classNamer(graph: HeapGraph, classes: Interner): (node: number) => number {
  const byTypeAndName = new Map<number, number>();
  const stringClass = classes.id('string');
  const isString = graph.nodeTypeNames.map((name) => STRING_TYPES.has(name));
  const typeCount = graph.nodeTypeNames.length;
  return (node) => {
    const type = graph.nodeType[node];
    if (isString[type]) return stringClass;
    const key = graph.nodeName[node] * typeCount + type;
    let id = byTypeAndName.get(key);
    if (id === undefined) {
      id = classes.id(className(graph.nodeTypeNames[type], graph.strings.get(graph.nodeName[node])));
      byTypeAndName.set(key, id);
    }
    return id;
  };
}

const MAX_NAME = 200; // a class name that is longer is data or an attack, and never a help to the reader

function className(type: string, name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  if (type === 'closure') return `function ${short}`;
  if (type === 'object') return short === 'system / Context' ? 'scope' : short;
  if (type === 'native' || type === 'synthetic') return short;
  return type;
}
