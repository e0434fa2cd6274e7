import { NONE, edgeLabel } from '../../analyzer/heap/index.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';

/** References that the program gave a name: a property, and a variable that a function has captured. */
const NAMED_EDGES: readonly string[] = ['property', 'context'];

const MAX_STEPS = 3; // what lies deeper in a nameless thing is not called by its name any more

/** `bus`, `sessions[…]`, `scope of tick`: the nearest name on the way by which an object is held; empty when none is near. */
export function heldAs({ graph, holders }: LoadedSnapshot, node: number): string {
  let within = '';
  let at = node;
  for (let step = 0; step < MAX_STEPS && at !== 0 && holders.holder[at] !== NONE; step++) {
    const edge = holders.edge[at];
    const holder = holders.holder[at];
    const label = edgeLabel(graph, edge);
    if (label === '__proto__') return '';
    if (NAMED_EDGES.includes(graph.edgeTypeNames[graph.edgeType[edge]])) return `${cut(label)}${within}`;
    if (label === 'context')
      return `scope of ${cut(graph.strings.get(graph.nodeName[holder])) || 'a function'}`;
    within = '[…]';
    at = holder;
  }
  return '';
}

const MAX_NAME = 60;

const cut = (name: string) => name.slice(0, MAX_NAME);
