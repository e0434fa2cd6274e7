import { NONE } from '../heap/graph.ts';
import type { Exploration } from './exploration.ts';
import { nodeOfId } from './exploration.ts';

/** What an object is called that bounds a collection. */
const LIMIT_NAME =
  /^#?_?(max|limit|capacity|ttl|maxsize|max_?(size|entries|items|keys|age|length|count)|size_?limit|expir(y|es|ation))/i;

/** How many holders up an owner may be; further up, a limit is that of something else. */
const MAX_STEPS_UP = 1;

/**
 * The properties of a collection and of what holds it that sound like a bound: `max`, `ttl`. Their values are numbers, which a
 * snapshot does not show; that there are none says that nothing bounds it.
 */
export function limitNames(exploration: Exploration, id: number): readonly string[] {
  const { holding, view } = exploration;
  let node = nodeOfId(exploration.graph, id);
  const names = new Set<string>();
  for (let step = 0; step <= MAX_STEPS_UP && node !== -1 && node !== NONE && node !== 0; step++) {
    if (step > 0 && (view.isScope(node) || view.className(node) === 'global')) break;
    for (const name of propertyNamesByShape(exploration, node)) if (LIMIT_NAME.test(name)) names.add(name);
    node = holding.holder[node];
  }
  return [...names].slice(0, MAX_NAMES);
}

const MAX_NAMES = 4;
const MAX_PROPERTIES = 128; // a class has fewer; a dictionary's keys are data

/** All own property names, also of numbers, which are no references: the object's hidden class lists them. */
function propertyNamesByShape({ graph, view }: Exploration, node: number): string[] {
  const shape = view.internal(node, 'map');
  const descriptors = shape === -1 ? -1 : view.internal(shape, 'descriptors');
  if (descriptors === -1) return [];
  const first = graph.firstEdge[descriptors];
  const names: string[] = [];
  for (let edge = first; edge < graph.firstEdge[descriptors + 1] && edge < first + MAX_PROPERTIES; edge++) {
    if (view.isString(graph.edgeTo[edge])) names.push(graph.strings.get(graph.nodeName[graph.edgeTo[edge]]));
  }
  return names;
}
