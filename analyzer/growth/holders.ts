import type { Cohorts } from './cohorts.ts';
import type { GrowthGroup } from './groups.ts';
import type { PathTree } from './path-tree.ts';

/** Who holds a group's objects, and how much hangs on them. */
export interface Holding {
  readonly group: GrowthGroup;
  /** Objects outside the group that hold it, with how many new ones each; most first. NodeIndex. */
  readonly holders: readonly { readonly node: number; readonly newObjects: number }[];
  /** New objects on the group's paths below the first holder, newest window first, at most a few hundred. NodeIndex. */
  readonly samples: readonly number[];
  /** A new object of each of the holders, at most a few dozen: where each has its own, one alone tells little. NodeIndex. */
  readonly spread: readonly number[];
  /** Per window: bytes of everything below the group that came in it. */
  readonly bytesByWindow: readonly number[];
  /** The holder is itself one of the new objects below another group: cut that, and this goes as well. */
  readonly isPartOfAnother: boolean;
}

const NO_GROUP = 0xffff;
const MAX_SAMPLES = 400;
const MAX_SPREAD = 48;

/** One pass in breadth-first order: whatever hangs below a group's object belongs to the group. */
export function holdings(groups: readonly GrowthGroup[], tree: PathTree, cohorts: Cohorts): Holding[] {
  const groupOfPath = new Map<number, number>();
  groups.forEach((group, index) => group.paths.forEach((path) => groupOfPath.set(path, index)));
  const groupOf = new Uint16Array(tree.graph.nodeCount).fill(NO_GROUP);
  const holderOf = new Uint32Array(tree.graph.nodeCount); // NodeIndex in a group -> the holder outside it
  const newByHolder = groups.map(() => new Map<number, number>());
  const bytes = groups.map(() => Array.from<number>({ length: cohorts.snapshotCount }).fill(0));

  for (let at = 1; at < tree.order.length; at++) {
    const node = tree.order[at];
    const from = tree.holder[node];
    const own = groupOfPath.get(tree.path[node]);
    if (own !== undefined && groupOf[from] !== own) {
      groupOf[node] = own;
      holderOf[node] = from;
    } else {
      groupOf[node] = groupOf[from];
      holderOf[node] = holderOf[from];
    }
    const group = groupOf[node];
    if (group === NO_GROUP) continue;
    bytes[group][cohorts.windowOfNode[node]] += tree.ownBytes[node];
    if (own === group && cohorts.windowOfNode[node] > 0) {
      const counts = newByHolder[group];
      counts.set(holderOf[node], (counts.get(holderOf[node]) ?? 0) + 1);
    }
  }
  const holders = newByHolder.map((counts) =>
    Array.from(counts, ([node, newObjects]) => ({ node, newObjects })).toSorted(
      (a, b) => b.newObjects - a.newObjects || a.node - b.node,
    ),
  );
  // an old holder may be reached over a leaking closure's scope, and is not held by it
  const isNewInGroup = (node: number) => groupOf[node] !== NO_GROUP && cohorts.windowOfNode[node] > 0;
  const samples = groups.map(() => Array.from({ length: cohorts.snapshotCount }, (): number[] => []));
  const spread = groups.map(() => new Map<number, number>()); // holder -> one of its new objects
  for (const node of tree.order) {
    const group = groupOf[node];
    const window = cohorts.windowOfNode[node];
    if (group === NO_GROUP || window === 0 || groupOfPath.get(tree.path[node]) !== group) continue;
    if (spread[group].size < MAX_SPREAD) spread[group].set(holderOf[node], node);
    const found = samples[group][window];
    if (holderOf[node] === holders[group][0].node && found.length < MAX_SAMPLES) found.push(node);
  }
  return groups.map((group, index) => ({
    group,
    holders: holders[index],
    samples: samples[index].toReversed().flat().slice(0, MAX_SAMPLES),
    spread: [...spread[index].values()],
    bytesByWindow: cohorts.hasIds ? bytes[index] : inProportion(bytes[index], group),
    isPartOfAnother: isNewInGroup(holders[index][0]?.node ?? 0),
  }));
}

/** Where the age of an object is not known, bytes came as objects did. */
function inProportion(bytes: readonly number[], { counts }: GrowthGroup): number[] {
  const total = bytes.reduce((sum, value) => sum + value, 0);
  const last = counts[counts.length - 1];
  return counts.map((count, window) => (total * (count - (counts[window - 1] ?? 0))) / last);
}
