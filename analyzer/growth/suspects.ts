import type { Census } from './census.ts';
import { countByPath } from './census.ts';
import type { Cohorts } from './cohorts.ts';
import type { GrowthGroup } from './groups.ts';
import type { PathTree } from './path-tree.ts';
import { NO_NODE } from './path-tree.ts';
import type { PathTrie } from './path-trie.ts';

const MIN_OBJECTS = 100;
const MIN_FAN_OUT = 20; // objects per holder; fewer are fields and not a collection
const MIN_HEAP_SHARE = 0.01;
const MAX_SUSPECTS = 5;

/** What one snapshot can show: the collections that hold most, the largest first. Large is not leaking. */
export function largestGroups(
  census: Census,
  tree: PathTree,
  trie: PathTrie,
  isEngine: (path: number) => boolean,
): GrowthGroup[] {
  const count = countByPath(census, trie.size);
  const bytes = bytesBelowPaths(tree, trie.size);
  const groups: GrowthGroup[] = [];
  for (let path = 1; path < trie.size; path++) {
    const holderPath = trie.parent(path);
    const isCollection = count[path] >= MIN_OBJECTS && count[path] >= MIN_FAN_OUT * count[holderPath];
    if (!isCollection || bytes[path] < MIN_HEAP_SHARE * census.heapBytes || isEngine(holderPath)) continue;
    const counts = [count[path]];
    groups.push({ holderPath, paths: [path], counts, steps: counts, survival: null, cohortSurvival: [] });
  }
  return groups.toSorted((a, b) => bytes[b.paths[0]] - bytes[a.paths[0]]).slice(0, MAX_SUSPECTS);
}

/** One snapshot as a population: everything came in its only window. */
export function onlyWindow(census: Census, tree: PathTree, pathCount: number): Cohorts {
  const none = new Uint32Array(pathCount);
  const count = countByPath(census, pathCount);
  return {
    snapshotCount: 2,
    count: [none, count],
    born: [none, count],
    survived: [none, count],
    present: [none, count],
    hasIds: true,
    windowOfNode: new Uint8Array(tree.graph.nodeCount).fill(1),
  };
}

/** PathIndex -> bytes of everything below the path's objects in the tree, each counted once. */
function bytesBelowPaths(tree: PathTree, pathCount: number): Float64Array {
  const below = Float64Array.from(tree.ownBytes);
  const byPath = new Float64Array(pathCount);
  for (let at = tree.order.length - 1; at > 0; at--) {
    const node = tree.order[at];
    const holder = tree.holder[node];
    if (holder === NO_NODE) continue;
    below[holder] += below[node];
    if (tree.path[holder] !== tree.path[node]) byPath[tree.path[node]] += below[node];
  }
  return byPath;
}
