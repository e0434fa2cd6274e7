import { NONE, summarizeClasses } from '../heap/index.ts';
import type { ClassSummary } from '../heap/index.ts';
import { nodeRoles, Role } from '../model/roles.ts';
import { isRootCategory } from '../model/ranks.ts';
import type { SourceLocation } from '../report.ts';
import { duplicateTexts } from './duplicates.ts';
import type { Exploration } from './exploration.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { cut } from './cut.ts';
import { classLocation, objectRow } from './object-row.ts';
import type { ObjectRow } from './object-row.ts';
import { pageOf } from './paging.ts';
import type { Page, Paging } from './paging.ts';
import { contains } from './select-nodes.ts';

/** A class of objects: constructor, or for plain objects the properties they have. */
export interface ClassRow {
  readonly name: string;
  readonly objectCount: number;
  readonly shallowBytes: number;
  /** Nothing is counted twice: of instances that hold each other, what the outermost retains. */
  readonly retainedBytes: number;
  /** Where the constructor stands; null for V8's own and for plain objects. */
  readonly location: SourceLocation | null;
}

/** A large object, and what its program calls it. */
export interface LargeObject extends ObjectRow {
  readonly name: ObjectName;
}

export type ClassSort = 'retained' | 'shallow' | 'count' | 'name';

const CLASS_VALUES: Readonly<Record<ClassSort, (row: ClassSummary) => number | string>> = {
  retained: ({ retainedBytes }) => -retainedBytes,
  shallow: ({ shallowBytes }) => -shallowBytes,
  count: ({ objectCount }) => -objectCount,
  name: ({ name }) => name,
};

export interface TopQuestion extends Paging {
  readonly sort: ClassSort;
  /** Part of the class's name, in whatever case. */
  readonly match: string;
}

/** The snapshot as a whole. */
export interface HeapTotals {
  readonly objectCount: number;
  /** Bytes of everything that is reachable. */
  readonly heapBytes: number;
  readonly stringCount: number;
  readonly stringBytes: number;
  /** Bytes that equal strings waste by being there more than once. */
  readonly duplicateStringBytes: number;
}

export function heapTotals(exploration: Exploration): HeapTotals {
  const { stringCount, stringBytes, wasteBytes } = duplicateTexts(exploration);
  const { graph, retained } = exploration;
  return {
    objectCount: graph.nodeCount,
    heapBytes: retained[0],
    stringCount,
    stringBytes,
    duplicateStringBytes: wasteBytes,
  };
}

/** The classes of the snapshot, sorted; names in ascending order, numbers in descending. */
export function topClasses(exploration: Exploration, question: TopQuestion): Page<ClassRow> {
  const { graph, classes } = exploration;
  const value = CLASS_VALUES[question.sort];
  const found = summarizeClasses(graph, classes, exploration)
    .filter(({ name }) => contains(name, question.match))
    .toSorted((one, other) => (value(one) < value(other) ? -1 : value(one) > value(other) ? 1 : 0));
  const instance = firstInstances(exploration);
  return pageOf(found, question, ({ key, name, objectCount, shallowBytes, retainedBytes }): ClassRow => ({
    name: cut(name, MAX_NAME),
    objectCount,
    shallowBytes,
    retainedBytes,
    location: classLocation(exploration, instance.get(key) ?? -1),
  }));
}

const MAX_NAME = 300;

/** Key of a class that has a place in the code -> one of its objects. */
function firstInstances({ classes, graph }: Exploration): Map<string, number> {
  const found = new Map<string, number>();
  for (let at = 0; at < graph.locations.count; at++) {
    const key = classes.classKeys[classes.classOf[graph.locations.node[at]]];
    if (!found.has(key)) found.set(key, graph.locations.node[at]);
  }
  return found;
}

/** Of an object that keeps nearly all of this through one other object, the other one is the answer. */
const MIN_SHARE_OF_ONE = 0.95;

/**
 * The objects of the program that retain most. One that retains next to nothing but a single other object is left out, since
 * that one is in the list.
 */
export function largestObjects(
  exploration: Exploration,
  question: Omit<TopQuestion, 'sort'>,
): Page<LargeObject> {
  const { graph, retained, classes, shallow } = exploration;
  const roles = nodeRoles(graph);
  const fits = classes.classNames.map((name) => contains(name, question.match));
  const nodes: number[] = [];
  for (let node = 1; node < graph.nodeCount; node++) {
    if (roles[node] !== Role.object || shallow[node] === 0 || !fits[classes.classOf[node]]) continue;
    if (!isRootCategory(graph, node) && !isWrapping(exploration, node)) nodes.push(node);
  }
  nodes.sort((one, other) => retained[other] - retained[one]);
  return pageOf(nodes, question, (node) => ({
    ...objectRow(exploration, node),
    name: objectName(exploration, node),
  }));
}

function isWrapping({ owned, retained }: Exploration, node: number): boolean {
  let largest = 0;
  for (let child = owned.firstChild[node]; child !== NONE; child = owned.nextSibling[child])
    largest = Math.max(largest, retained[child]);
  return largest > MIN_SHARE_OF_ONE * retained[node];
}
