import { NONE } from '../heap/graph.ts';
import type { Exploration } from './exploration.ts';
import { collectionContent, entryCounter } from './content.ts';
import type { CollectionContent } from './content.ts';
import { nodesOwnTest } from './nodes-own.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { objectRow } from './object-row.ts';
import type { ObjectRow } from './object-row.ts';
import { pageOf } from './paging.ts';
import type { Page, Paging } from './paging.ts';
import { contains } from './select-nodes.ts';

/** A Map, Set, array or object used as a dictionary. */
export interface CollectionRow extends ObjectRow {
  readonly name: ObjectName;
  readonly content: CollectionContent;
  /** Part of Node itself; only there when such were asked for. */
  readonly isNodesOwn?: true;
}

export type CollectionSort = 'entries' | 'retained';

const MIN_ENTRIES = 8; // what has fewer is an object with a few parts

export interface CollectionsWanted {
  readonly sort: CollectionSort;
  /** Part of the class; empty for all. */
  readonly match: string;
  /** Node's own tables, too. */
  readonly withNodesOwn?: boolean;
}

export type CollectionsAsk = CollectionsWanted & Paging;

/** Collections in order, each told of only when it is asked for: its name and content take longer to find than its place. */
export interface RankedCollections {
  /** NodeIndexes, the largest first. */
  readonly nodes: readonly number[];
  readonly row: (node: number) => CollectionRow;
}

/** The largest collections that the program can reach, however small what they hold is. */
export function collections(
  exploration: Exploration,
  { offset, limit, ...wanted }: CollectionsAsk,
): Page<CollectionRow> {
  const { nodes, row } = rankedCollections(exploration, wanted);
  return pageOf(nodes, { offset, limit }, row);
}

/** {@link collections} without a page of them. */
export function rankedCollections(
  exploration: Exploration,
  { sort, match, withNodesOwn = false }: CollectionsWanted,
): RankedCollections {
  const { references, retained, view } = exploration;
  const isNodesOwn = nodesOwnTest(exploration);
  const counter = entryCounter(exploration);
  const mayHoldNumbers = containerTest(exploration);
  const entries = new Map<number, number>();
  for (let node = 1; node < references.count.length; node++) {
    const isContainer = mayHoldNumbers(node);
    if (references.count[node] === 0 && !isContainer) continue;
    const found = Math.max(counter.entries(node), isContainer ? counter.slots(node) : 0);
    const isWanted = found >= MIN_ENTRIES && contains(view.className(node), match);
    if (isWanted && (withNodesOwn || !isNodesOwn(node))) entries.set(node, found);
  }
  const size = (node: number) => (sort === 'entries' ? entries.get(node)! : retained[node]);
  return {
    nodes: [...entries.keys()].toSorted((one, other) => size(other) - size(one)),
    row: (node) => ({
      ...objectRow(exploration, node),
      name: objectName(exploration, node),
      content: collectionContent(exploration, node, counter)!,
      ...(isNodesOwn(node) ? { isNodesOwn: true as const } : {}),
    }),
  };
}

const CONTAINERS = ['Map', 'Set', 'Array'];

/** Of these numbers may be all they hold, which leave no references. */
function containerTest({ graph, holding }: Exploration): (node: number) => boolean {
  const object = graph.nodeTypeNames.indexOf('object');
  const names = new Set(CONTAINERS.map((name) => graph.strings.indexOf(name)));
  return (node) =>
    graph.nodeType[node] === object && names.has(graph.nodeName[node]) && holding.holder[node] !== NONE;
}
