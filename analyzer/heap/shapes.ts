import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';

/** A name for plain objects that have at least these properties: `{id, name}`. */
export interface ShapeDefinition {
  readonly name: string;
  readonly properties: readonly string[];
}

const MAX_NAME_LENGTH = 120; // the limits are those of Chrome DevTools, so that classes are the same
const MIN_OBJECTS_PER_SHAPE = 2;
const MIN_SHARE_OF_OBJECTS = 1 / 1000;

/** Most frequent first; properties in the order objects have them. Names are cut at 120 characters, at whole properties. */
export function inferShapes(graph: HeapGraph): ShapeDefinition[] {
  const trie = new ShapeTrie(graph);
  let objectCount = 0;
  const isPlain = plainObjectTest(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isPlain(node)) continue;
    objectCount++;
    trie.add(node);
  }
  const minCount = Math.max(MIN_OBJECTS_PER_SHAPE, objectCount * MIN_SHARE_OF_OBJECTS);
  return trie.shapes(minCount);
}

/** Tells of a NodeIndex whether it has type object and name Object. */
export function plainObjectTest(graph: HeapGraph): (node: number) => boolean {
  const { nodeName, nodeType } = graph;
  const objectType = typeIndex(graph).node.object;
  const objectName = graph.strings.indexOf('Object');
  return (node) => nodeName[node] === objectName && nodeType[node] === objectType;
}

/** Objects by the properties they begin with: a path of the trie is a list of properties in order. */
class ShapeTrie {
  private readonly graph: HeapGraph;
  private readonly children = new Map<number, number>(); // position · strings + StringIndex -> position
  private readonly parent: number[] = [NONE];
  private readonly property: number[] = [NONE];
  private readonly nameLength: number[] = [1]; // of "{" and what follows so far
  private readonly count: number[] = [0];
  private readonly found: number[] = []; // positions where objects end, in the order they were first met
  private readonly formatted = new Map<number, string>();
  private readonly protoName: number;
  private readonly propertyType: number;

  constructor(graph: HeapGraph) {
    this.graph = graph;
    this.protoName = graph.strings.indexOf('__proto__');
    this.propertyType = typeIndex(graph).edge.property;
  }

  add(node: number): void {
    const { firstEdge, edgeType, edgeName } = this.graph;
    let position = 0;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeType[edge] !== this.propertyType || edgeName[edge] === this.protoName) continue;
      const next = this.step(position, edgeName[edge]);
      if (next === NONE) break;
      position = next;
    }
    if (position === 0) return;
    if (this.count[position]++ === 0) this.found.push(position);
  }

  shapes(minCount: number): ShapeDefinition[] {
    return this.found
      .filter((position) => this.count[position] >= minCount)
      .toSorted((left, right) => this.count[right] - this.count[left])
      .map((position) => this.definition(position));
  }

  /** The position behind one more property; NONE when the name is long enough without it. */
  private step(position: number, property: number): number {
    const key = position * this.graph.strings.count + property;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const length = this.formattedName(property).length;
    const isTooLong = position !== 0 && this.nameLength[position] + length > MAX_NAME_LENGTH;
    const next = isTooLong ? NONE : this.grow(position, property, length);
    this.children.set(key, next);
    return next;
  }

  private grow(position: number, property: number, length: number): number {
    this.nameLength.push(this.nameLength[position] + (position === 0 ? 0 : 2) + length);
    this.parent.push(position);
    this.count.push(0);
    return this.property.push(property) - 1;
  }

  private definition(position: number): ShapeDefinition {
    const properties: number[] = [];
    for (let at = position; at !== 0; at = this.parent[at]) properties.unshift(this.property[at]);
    return {
      name: `{${properties.map((property) => this.formattedName(property)).join(', ')}}`,
      properties: properties.map((property) => this.graph.strings.get(property)),
    };
  }

  private formattedName(property: number): string {
    let name = this.formatted.get(property);
    if (name === undefined) {
      name = formatPropertyName(this.graph.strings.get(property));
      this.formatted.set(property, name);
    }
    return name;
  }
}

function formatPropertyName(name: string): string {
  return /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
}

/**
 * The best shape for each plain object: the one with most properties of those it has all of; among equals the first.
 * @returns a function NodeIndex of a plain object -> index in `shapes`, or {@link NONE}
 */
export function shapeMatcher(graph: HeapGraph, shapes: readonly ShapeDefinition[]): (node: number) => number {
  const candidates = shapes
    .map((shape, index) => candidateOf(graph, shape, index))
    .filter(({ properties }) => !properties.includes(-1))
    .toSorted((left, right) => right.properties.length - left.properties.length || left.index - right.index);
  const propertyType = typeIndex(graph).edge.property;
  const lastSeenIn = new Uint32Array(graph.strings.count).fill(NONE); // StringIndex -> last node with that property
  return (node) => {
    for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
      if (graph.edgeType[edge] === propertyType) lastSeenIn[graph.edgeName[edge]] = node;
    }
    const match = candidates.find(
      ({ properties, repeated }) =>
        properties.every((name) => lastSeenIn[name] === node) &&
        repeated.every(({ name, times }) => timesIn(graph, node, name) >= times),
    );
    return match?.index ?? NONE;
  };
}

interface Candidate {
  readonly index: number;
  readonly properties: readonly number[]; // StringIndexes
  /** Those that are in it more than once, as two symbols of one description are. */
  readonly repeated: readonly { readonly name: number; readonly times: number }[];
}

function candidateOf(graph: HeapGraph, shape: ShapeDefinition, index: number): Candidate {
  const properties = shape.properties.map((name) => graph.strings.indexOf(name));
  const repeated = [...new Set(properties)]
    .map((name) => ({ name, times: properties.filter((other) => other === name).length }))
    .filter(({ times }) => times > 1);
  return { index, properties, repeated };
}

function timesIn(graph: HeapGraph, node: number, property: number): number {
  const { firstEdge, edgeType, edgeName } = graph;
  const propertyType = typeIndex(graph).edge.property;
  let times = 0;
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    if (edgeType[edge] === propertyType && edgeName[edge] === property) times++;
  }
  return times;
}
