import { detachedNatives } from './detached.ts';
import { SYSTEM_DISTANCE } from './distances.ts';
import { childLists } from './dominator-tree.ts';
import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { inferShapes, plainObjectTest, shapeMatcher } from './shapes.ts';
import type { ShapeDefinition } from './shapes.ts';
import { typeIndex } from './type-index.ts';

/** Which class each node belongs to; what counts as one class follows Chrome DevTools. */
export interface Classification {
  readonly classOf: Uint32Array; // NodeIndex -> ClassIndex
  readonly classNames: readonly string[]; // ClassIndex -> `Map`, `(string)`, `{id, name}`, `Function`, …
  /** ClassIndex -> `scriptId,line,column,name` for objects whose constructor's place is known, `,name` for others. */
  readonly classKeys: readonly string[];
  readonly shapes: readonly ShapeDefinition[];
}

/** A class of nodes; nodes whose shallow size is 0 are not counted. */
export interface ClassSummary {
  readonly key: string;
  readonly name: string;
  readonly objectCount: number;
  readonly shallowBytes: number;
  /** Of the instances that no other instance of the class dominates: nothing is counted twice. */
  readonly retainedBytes: number;
  /** Of the nearest instance, from {@link distances}; null when they were not given. */
  readonly distance: number | null;
}

/**
 * @param shapes names for plain objects; from the newer one of two snapshots when they are to be compared
 * @param classOf the column to fill in
 */
export function classify(
  graph: HeapGraph,
  shapes: readonly ShapeDefinition[] = inferShapes(graph),
  classOf: Uint32Array = new Uint32Array(graph.nodeCount),
): Classification {
  const names = nameClasses(graph, new NameTable(classOf));
  nameShapes(graph, shapes, names);
  const classKeys = names.texts.map((name) => `,${name}`);
  const texts = [...names.texts];
  separateByLocation(graph, names.classOf, texts, classKeys);
  return { classOf: names.classOf, classNames: texts, classKeys, shapes };
}

/** Class names as they are found: equal names have one number. */
class NameTable {
  readonly texts: string[] = [];
  readonly classOf: Uint32Array;
  private readonly numbers = new Map<string, number>();

  constructor(classOf: Uint32Array) {
    this.classOf = classOf;
  }

  numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.texts.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }
}

function nameClasses(graph: HeapGraph, names: NameTable): NameTable {
  const { nodeType, nodeName } = graph;
  const { object, native } = typeIndex(graph).node;
  const byType = Uint32Array.from(graph.nodeTypeNames, (type) => names.numberOf(nameOfType(type)));
  const byString = new Uint32Array(graph.strings.count).fill(NONE);
  const detached = detachedNatives(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = nodeType[node];
    const name = nodeName[node];
    if (type !== object && type !== native) names.classOf[node] = byType[type];
    else if (detached?.[node] === 1)
      names.classOf[node] = names.numberOf(nameOfObject(`Detached ${graph.strings.get(name)}`));
    else {
      if (byString[name] === NONE) byString[name] = names.numberOf(nameOfObject(graph.strings.get(name)));
      names.classOf[node] = byString[name];
    }
  }
  return names;
}

const NAME_OF_TYPE: Readonly<Record<string, string>> = {
  hidden: '(system)',
  code: '(compiled code)',
  closure: 'Function',
  regexp: 'RegExp',
};

function nameOfType(type: string): string {
  return NAME_OF_TYPE[type] ?? `(${type})`;
}

/** `<div id="a">` -> `<div>`, `Detached <div id="a">` -> `Detached <div>`; other names are class names already. */
function nameOfObject(name: string): string {
  const tagStart = name.startsWith('<') ? 0 : name.startsWith('Detached <') ? 10 : -1;
  const space = tagStart === -1 ? -1 : name.indexOf(' ', tagStart);
  return space === -1 ? name : `${name.slice(0, space)}>`;
}

function nameShapes(graph: HeapGraph, shapes: readonly ShapeDefinition[], names: NameTable): void {
  const match = shapeMatcher(graph, shapes);
  const numberOfShape = Uint32Array.from(shapes, ({ name }) => names.numberOf(name));
  const isPlain = plainObjectTest(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isPlain(node)) continue;
    const shape = match(node);
    if (shape !== NONE) names.classOf[node] = numberOfShape[shape];
  }
}

/** Gives objects with a location a class of their own per location: constructors of one name are often several. */
function separateByLocation(
  graph: HeapGraph,
  classOf: Uint32Array,
  classNames: string[],
  classKeys: string[],
): void {
  const { node: locatedNode, scriptId, line, column, count } = graph.locations;
  const objectType = typeIndex(graph).node.object;
  const numbers = new Map<string, number>();
  for (let location = 0; location < count; location++) {
    const node = locatedNode[location];
    const isOverridden = location + 1 < count && locatedNode[location + 1] === node;
    if (graph.nodeType[node] !== objectType || isOverridden) continue;
    const name = classNames[classOf[node]];
    const key = `${scriptId[location]},${line[location]},${column[location]},${name}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = classKeys.push(key) - 1;
      classNames.push(name);
      numbers.set(key, number);
    }
    classOf[node] = number;
  }
}

/** What the whole heap's columns say of each node; all from the functions of the same name. */
export interface NodeColumnsForClasses {
  readonly shallow: Uint32Array | Float64Array;
  readonly dominator: Uint32Array;
  readonly retained: Uint32Array | Float64Array;
  readonly distance?: Int32Array;
}

/** @returns the classes that have an instance, the largest retained size first */
export function summarizeClasses(
  graph: HeapGraph,
  classification: Classification,
  columns: NodeColumnsForClasses,
): ClassSummary[] {
  const { classOf, classKeys, classNames } = classification;
  const counts = new Uint32Array(classKeys.length);
  const shallow = new Float64Array(classKeys.length);
  const distance = new Float64Array(classKeys.length).fill(2 * SYSTEM_DISTANCE);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (columns.shallow[node] === 0) continue;
    const index = classOf[node];
    counts[index]++;
    shallow[index] += columns.shallow[node];
    if (columns.distance !== undefined) distance[index] = Math.min(distance[index], columns.distance[node]);
  }
  const retained = retainedByClass(classification, columns);
  return classKeys
    .map((key, index) => ({
      key,
      name: classNames[index],
      objectCount: counts[index],
      shallowBytes: shallow[index],
      retainedBytes: retained[index],
      distance: columns.distance === undefined ? null : distance[index],
    }))
    .filter(({ objectCount }) => objectCount > 0)
    .toSorted((left, right) => right.retainedBytes - left.retainedBytes || (left.key < right.key ? -1 : 1));
}

/** ClassIndex -> bytes; walks the dominator tree and counts how many instances of each class lie above. */
function retainedByClass(
  { classOf, classKeys }: Classification,
  columns: NodeColumnsForClasses,
): Float64Array {
  const { dominator, retained, shallow } = columns;
  const { firstChild, nextSibling } = childLists(dominator);
  const total = new Float64Array(classKeys.length);
  const depth = new Uint32Array(classKeys.length); // ClassIndex -> instances from the root down to here
  let node = 0;
  while (true) {
    if (shallow[node] !== 0 && depth[classOf[node]]++ === 0) total[classOf[node]] += retained[node];
    if (firstChild[node] !== NONE) {
      node = firstChild[node];
      continue;
    }
    while (node !== 0 && nextSibling[node] === NONE) {
      if (shallow[node] !== 0) depth[classOf[node]]--;
      node = dominator[node];
    }
    if (node === 0) return total;
    if (shallow[node] !== 0) depth[classOf[node]]--;
    node = nextSibling[node];
  }
}
