import type { IdSet } from './id-set.ts';
import { idSet } from './id-set.ts';
import type { PathTree } from './path-tree.ts';
import { NO_NODE } from './path-tree.ts';
import type { PathTrie } from './path-trie.ts';

/** What is kept of one snapshot once its graph is let go: who was where. */
export interface Census {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly heapBytes: number;
  readonly alive: IdSet;
  /** Largest id of a JavaScript object: within one lineage it only ever grows. */
  readonly maxId: number;
  readonly memberId: Uint32Array; // MemberIndex -> V8's id, in breadth-first order
  readonly memberPath: Uint32Array; // MemberIndex -> PathIndex
  /** Id -> bytes, for objects whose own storage is large enough to be a collection of numbers. */
  readonly containerBytes: ReadonlyMap<number, number>;
  /** PathIndex -> bytes, of large strings and buffers: one that is replaced by ever larger copies keeps its path and no id. */
  readonly bulkBytes: ReadonlyMap<number, number>;
}

const MIN_CONTAINER_BYTES = 1024; // a table of some hundred numbers; smaller ones are not worth a finding

const MIN_BULK_BYTES = 16 * 1024;
const BULK_TYPES: ReadonlySet<string> = new Set(['string', 'concatenated string', 'native']);

export function takeCensus(tree: PathTree): Census {
  const { graph, order } = tree;
  const memberId = new Uint32Array(order.length);
  const memberPath = new Uint32Array(order.length);
  const containerBytes = new Map<number, number>();
  const bulkBytes = new Map<number, number>();
  const isBulkType = graph.nodeTypeNames.map((name) => BULK_TYPES.has(name));
  let maxId = 0;
  for (let at = 0; at < order.length; at++) {
    const node = order[at];
    if (isBulkType[graph.nodeType[node]]) {
      const path = bulkPathOf(tree, node, isBulkType);
      bulkBytes.set(path, (bulkBytes.get(path) ?? 0) + tree.ownBytes[node]);
    }
    const id = graph.nodeId[node];
    memberId[at] = id;
    memberPath[at] = tree.path[node];
    if (id % 2 === 0) continue;
    if (id > maxId) maxId = id;
    const storageBytes = tree.ownBytes[node] - graph.selfSize[node];
    if (storageBytes >= MIN_CONTAINER_BYTES) containerBytes.set(id, storageBytes);
  }
  let heapBytes = 0;
  for (const bytes of graph.selfSize) heapBytes += bytes;
  return {
    nodeCount: graph.nodeCount,
    edgeCount: graph.edgeCount,
    heapBytes,
    alive: idSet(memberId),
    maxId,
    memberId,
    memberPath,
    containerBytes,
    bulkBytes: new Map(Array.from(bulkBytes).filter(([, bytes]) => bytes >= MIN_BULK_BYTES)),
  };
}

/** A string made of pieces is one string: its pieces count where the whole is held. */
function bulkPathOf(tree: PathTree, node: number, isBulkType: readonly boolean[]): number {
  let whole = node;
  for (let step = 0; step < MAX_PIECES_DEEP; step++) {
    const holder = tree.holder[whole];
    if (holder === NO_NODE || !isBulkType[tree.graph.nodeType[holder]]) break;
    whole = holder;
  }
  return tree.path[whole];
}

const MAX_PIECES_DEEP = 64; // far down all pieces are on one path, see PathTrie

/** PathIndex -> how many objects of the snapshot are reached over it. */
export function countByPath(census: Census, pathCount: number): Uint32Array {
  const count = new Uint32Array(pathCount);
  for (const path of census.memberPath) count[path]++;
  return count;
}

/**
 * The share of ids that name an object of another class in the second snapshot, over the ids both have; see lineage.ts for what
 * is measured. Null when too few are shared.
 */
export function idDisagreement(before: Census, after: Census, trie: PathTrie): number | null {
  const classById = sampledClasses(before, trie);
  let shared = 0;
  let different = 0;
  for (let at = 0; at < after.memberId.length; at++) {
    const className = classById.get(after.memberId[at]);
    if (className === undefined) continue;
    shared++;
    if (className !== trie.className(after.memberPath[at])) different++;
  }
  return shared < MIN_SHARED_IDS ? null : different / shared;
}

const MIN_SHARED_IDS = 200;
const SAMPLE_STRIDE = 7; // of ids; a prime, because V8 hands them out in repeating patterns of objects

function sampledClasses(census: Census, trie: PathTrie): Map<number, number> {
  const classById = new Map<number, number>();
  for (let at = 0; at < census.memberId.length; at++) {
    const id = census.memberId[at];
    if (id % 2 === 1 && (id >>> 1) % SAMPLE_STRIDE === 0)
      classById.set(id, trie.className(census.memberPath[at]));
  }
  return classById;
}
