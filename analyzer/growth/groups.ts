import type { Cohorts } from './cohorts.ts';
import type { PathTrie } from './path-trie.ts';

/** Paths that grow below one holder path, and are one leak if they are any. Numbers are sums over the paths. */
export interface GrowthGroup {
  readonly holderPath: number; // PathIndex of the accumulation point
  readonly paths: readonly number[]; // the growing PathIndex children, most objects first
  /** Per snapshot: objects on these paths. */
  readonly counts: readonly number[];
  /** Per window after the first snapshot: objects that came in it and are still there at the end. */
  readonly steps: readonly number[];
  /** 0..1 of what came in the windows before the last and is still there; null with two snapshots. */
  readonly survival: number | null;
  /** Per window but the last, the first snapshot's objects being window 0: the share still there; null where too few came. */
  readonly cohortSurvival: readonly (number | null)[];
}

/** Fewer new objects in a window than this are within what a busy program keeps for a moment. */
const MIN_STEP = 8;

/** One window of four or more may pass without growth: there was no load. */
const idleWindowsAllowed = (windows: number) => (windows >= 4 ? 1 : 0);

/**
 * PathIndex -> 1 where objects came in (nearly) every window and stayed.
 * @param lists of chains that are one, from {@link twoEndedLists}
 */
export function growingPaths(
  cohorts: Cohorts,
  pathCount: number,
  lists: ReadonlyMap<number, number>,
): Uint8Array {
  const growing = new Uint8Array(pathCount);
  const chainsOf = new Map<number, number[]>();
  for (const [chain, list] of lists) chainsOf.set(list, [...(chainsOf.get(list) ?? []), chain]);
  for (let path = 1; path < pathCount; path++) {
    const list = lists.get(path);
    const paths = list === undefined ? [path] : list === path ? chainsOf.get(list)! : [];
    if (paths.length > 0 && isGrowing(cohorts, paths)) for (const one of paths) growing[one] = 1;
  }
  return growing;
}

function isGrowing({ snapshotCount, present, count }: Cohorts, paths: readonly number[]): boolean {
  const windows = snapshotCount - 1;
  const sum = (column: Uint32Array) => paths.reduce((total, path) => total + column[path], 0);
  let grown = 0;
  for (let window = 1; window <= windows; window++) if (sum(present[window]) >= MIN_STEP) grown++;
  return (
    grown > 0 &&
    grown >= windows - idleWindowsAllowed(windows) &&
    sum(count[windows]) - sum(count[0]) >= MIN_STEP
  );
}

/** The top-most growing paths, gathered by the path that holds them. */
export function topGroups(
  trie: PathTrie,
  growing: Uint8Array,
  cohorts: Cohorts,
  lists: ReadonlyMap<number, number>,
): GrowthGroup[] {
  return groupsWhere(trie, growing, cohorts, lists, (path) => growing[trie.parent(path)] === 0);
}

/** The growing paths right below those of a group: where to look on when the group itself is no leak. */
export function groupsBelow(
  group: GrowthGroup,
  trie: PathTrie,
  growing: Uint8Array,
  cohorts: Cohorts,
  lists: ReadonlyMap<number, number>,
): GrowthGroup[] {
  const above = new Set(group.paths);
  return groupsWhere(trie, growing, cohorts, lists, (path) => above.has(trie.parent(path)));
}

function groupsWhere(
  trie: PathTrie,
  growing: Uint8Array,
  cohorts: Cohorts,
  lists: ReadonlyMap<number, number>,
  accept: (path: number) => boolean,
): GrowthGroup[] {
  const pathsByHolder = new Map<number, number[]>();
  for (let path = 1; path < growing.length; path++) {
    if (!growing[path] || !accept(path)) continue;
    const holder = trie.parent(lists.get(path) ?? path);
    const paths = pathsByHolder.get(holder);
    if (paths) paths.push(path);
    else pathsByHolder.set(holder, [path]);
  }
  return Array.from(pathsByHolder, ([holderPath, paths]) => groupOf(holderPath, paths, cohorts));
}

/**
 * At least as many as came by then and are still there: in the middle of a run, a snapshot may show objects on another path,
 * that of a function that was just at work with them.
 */
function countsOf({ count, present, hasIds }: Cohorts, sum: (column: Uint32Array) => number): number[] {
  let stayed = 0;
  return count.map((column, window) => {
    if (hasIds) stayed += sum(present[window]);
    return Math.max(sum(column), stayed);
  });
}

function groupOf(holderPath: number, paths: number[], cohorts: Cohorts): GrowthGroup {
  const last = cohorts.snapshotCount - 1;
  const sum = (column: Uint32Array) => paths.reduce((total, path) => total + column[path], 0);
  paths.sort((a, b) => cohorts.count[last][b] - cohorts.count[last][a]);
  const born = cohorts.born.map(sum);
  const survived = cohorts.survived.map(sum);
  const between = born.slice(1, last).reduce((total, value) => total + value, 0);
  const stayed = survived.slice(1, last).reduce((total, value) => total + value, 0);
  return {
    holderPath,
    paths,
    counts: countsOf(cohorts, sum),
    steps: cohorts.present.slice(1).map(sum),
    survival: between === 0 ? null : Math.min(1, stayed / between),
    cohortSurvival: born
      .slice(0, last)
      .map((count, window) => (count < MIN_STEP ? null : Math.min(1, survived[window] / count))),
  };
}
