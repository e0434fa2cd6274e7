import { edgeRules, Holds } from '../heap/edge-rules.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { nodeRoles, Role } from '../model/roles.ts';
import type { Holding } from './holders.ts';
import type { PathTree } from './path-tree.ts';

/** Finds what the heap would lose if a holder let go of a group. */
export interface Cutter {
  /** Bytes that only the holders' references to the group keep, or of timers and handles, they themselves; cost linear in the heap. */
  bytesFreed(holding: Holding): number;
}

/**
 * Follows every reference that keeps something alive once as the heap is, and once more for each group without the references
 * from its holders: what is no longer reached would be collected. Dominators would not do, for a group has many members and
 * often many holders, which together own what none of them does alone.
 */
export function cutter(tree: PathTree): Cutter {
  const { graph } = tree;
  const rules = edgeRules(graph);
  const pending = new Uint32Array(graph.nodeCount);
  const roles = nodeRoles(graph);
  const weakTables = weakTablesOf(graph);
  let wholeBytes = -1;

  /** @param from NodeIndex -> 1 where references to what is cut begin; null for all of them */
  function reachedBytes(isCut: (to: number) => boolean, from: Uint8Array | null): number {
    const { firstEdge, edgeTo, edgeType, selfSize } = graph;
    const reached = new Uint8Array(graph.nodeCount);
    let pendingCount = 1;
    let bytes = 0;
    pending[0] = 0;
    reached[0] = 1;
    for (const table of weakTables) reached[table] = 1;
    while (pendingCount > 0) {
      const node = pending[--pendingCount];
      bytes += selfSize[node];
      const holds = rules.holdsFrom(node);
      const mayCut = from === null || from[node] === 1;
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        const to = edgeTo[edge];
        if (reached[to] === 1) continue;
        const rule = holds[edgeType[edge]];
        if (
          rule !== Holds.yes &&
          (rule === Holds.never || (rule === Holds.unlessTables && rules.isTables(edge, node)))
        )
          continue;
        if (mayCut && isCut(to)) continue;
        reached[to] = 1;
        pending[pendingCount++] = to;
      }
    }
    return bytes;
  }

  return {
    bytesFreed(holding) {
      if (wholeBytes === -1) wholeBytes = reachedBytes(() => false, null);
      const paths = new Set(holding.group.paths);
      const isMember = (to: number) => paths.has(tree.path[to]);
      const holders = isNobodys(tree, holding) ? null : storageOf(graph, roles, holding);
      return wholeBytes - reachedBytes(isMember, holders);
    },
  };
}

/** V8's table of strings that are names keeps none of them alive, although its references look as if they did. */
function weakTablesOf({ strings, nodeCount, nodeName }: HeapGraph): number[] {
  const name = strings.indexOf('(Internalized strings)');
  return Array.from({ length: Math.min(nodeCount, MAX_ROOTS) }, (_, node) => node).filter(
    (node) => nodeName[node] === name,
  );
}

const MAX_ROOTS = 100; // V8 writes the root and its categories first

/** Timers and open handles are held by Node itself, in more than one way; they go when they are closed. */
function isNobodys({ graph }: PathTree, { holders }: Holding): boolean {
  const name = graph.strings.get(graph.nodeName[holders[0].node]);
  return name.startsWith('(') || name === 'TimersList' || name === 'ImmediateList';
}

/** NodeIndex -> 1 for a group's holders and for the tables and lists of V8's in which they keep its members. */
function storageOf(graph: HeapGraph, roles: Uint8Array, { holders }: Holding): Uint8Array {
  const { firstEdge, edgeTo } = graph;
  const storage = new Uint8Array(graph.nodeCount);
  const pending = holders.map(({ node }) => node);
  for (const node of pending) storage[node] = 1;
  while (pending.length > 0) {
    const node = pending.pop()!;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      if (storage[to] === 1 || roles[to] !== Role.storage) continue;
      storage[to] = 1;
      pending.push(to);
    }
  }
  return storage;
}
