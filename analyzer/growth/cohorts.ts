import type { Census } from './census.ts';
import { countByPath } from './census.ts';
import type { PathTree } from './path-tree.ts';
import { NO_NODE } from './path-tree.ts';

/**
 * Objects by access path and by the window in which they came: window 0 is everything the first snapshot holds, window k
 * what is new in snapshot k. Only for snapshots of one lineage, where an id means one object.
 */
export interface Cohorts {
  readonly snapshotCount: number;
  /** [snapshot][PathIndex] -> objects of that snapshot on this path. */
  readonly count: readonly Uint32Array[];
  /** [window][PathIndex] -> objects that came in this window, as counted in the snapshot at its end. */
  readonly born: readonly Uint32Array[];
  /** [window][PathIndex] -> how many of those the last snapshot still has, wherever. */
  readonly survived: readonly Uint32Array[];
  /** [window][PathIndex] -> objects of the last snapshot on this path that came in this window. */
  readonly present: readonly Uint32Array[];
  /** False where ids mean nothing: then every object counts as new, and only numbers by path are known. */
  readonly hasIds: boolean;
  readonly windowOfNode: Uint8Array; // NodeIndex of the last snapshot -> window it came in
}

/** @param censuses in the order taken; the last one is of `tree` */
export function cohorts(censuses: readonly Census[], tree: PathTree, pathCount: number): Cohorts {
  const last = censuses[censuses.length - 1];
  const columns = () => censuses.map(() => new Uint32Array(pathCount));
  const born = columns();
  const survived = columns();
  const present = columns();
  censuses.forEach((census, window) => {
    const before = window === 0 ? null : censuses[window - 1];
    for (let at = 0; at < census.memberId.length; at++) {
      const id = census.memberId[at];
      if (id % 2 === 0 || before?.alive.has(id)) continue;
      born[window][census.memberPath[at]]++;
      if (last.alive.has(id)) survived[window][census.memberPath[at]]++;
    }
  });
  const windowOfNode = windowsOfNodes(censuses, tree);
  for (const node of tree.order) {
    if (tree.graph.nodeId[node] % 2 === 1) present[windowOfNode[node]][tree.path[node]]++;
  }
  return {
    snapshotCount: censuses.length,
    count: censuses.map((census) => countByPath(census, pathCount)),
    born,
    survived,
    present,
    hasIds: true,
    windowOfNode,
  };
}

/**
 * The same where ids mean nothing: what a path gained in a window counts as having come in it, and nobody knows what stayed.
 */
export function cohortsByPath(censuses: readonly Census[], tree: PathTree, pathCount: number): Cohorts {
  const count = censuses.map((census) => countByPath(census, pathCount));
  const gained = count.map((column, window) =>
    window === 0 ? column : column.map((value, path) => Math.max(0, value - count[window - 1][path])),
  );
  const none = count.map(() => new Uint32Array(pathCount));
  const windowOfNode = new Uint8Array(tree.graph.nodeCount).fill(censuses.length - 1);
  return {
    snapshotCount: censuses.length,
    count,
    born: none,
    survived: none,
    present: gained,
    hasIds: false,
    windowOfNode,
  };
}

/** A native node's id does not last, so it is as old as its holder. */
function windowsOfNodes(censuses: readonly Census[], tree: PathTree): Uint8Array {
  const windowOfNode = new Uint8Array(tree.graph.nodeCount);
  for (const node of tree.order) {
    const id = tree.graph.nodeId[node];
    if (id % 2 === 1) windowOfNode[node] = firstWindow(censuses, id);
    else if (tree.holder[node] !== NO_NODE) windowOfNode[node] = windowOfNode[tree.holder[node]];
  }
  return windowOfNode;
}

function firstWindow(censuses: readonly Census[], id: number): number {
  for (let window = 0; window < censuses.length - 1; window++)
    if (censuses[window].alive.has(id)) return window;
  return censuses.length - 1;
}
