import { NONE, readSnapshot } from '../../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../../analyzer/heap/index.ts';
import { orderBy } from '../../../analyzer/heap/order-by.ts';
import type { ChangeGrouping } from '../questions.ts';
import { byClass } from './by-class.ts';
import { byOwner, byPath } from './by-path.ts';
import { byShape } from './by-shape.ts';
import { Groups } from './grouping.ts';
import type { Group, GroupedNodes, Grouper } from './grouping.ts';

const GROUPERS: Readonly<Record<ChangeGrouping, (groups: Groups) => Grouper>> = {
  class: byClass,
  shape: byShape,
  path: byPath,
  owner: byOwner,
};

/** One group in all snapshots. */
export interface Tally extends Group {
  readonly objectCounts: number[];
  readonly bytes: number[];
  /** NodeIndex of its newest object in the last snapshot. */
  sample: number | null;
}

/** Who is in which group, by ascending id: two of them tell what came and what went. */
export interface Members {
  readonly ids: Uint32Array;
  readonly groupOf: Uint32Array; // as ids: -> GroupIndex
}

/** All snapshots counted by one grouping. */
export interface Counted {
  readonly tallies: readonly Tally[];
  /** Per snapshot; empty when ids do not mean the same object. */
  readonly members: readonly Members[];
}

export interface CountOptions {
  readonly by: ChangeGrouping;
  readonly keepMembers: boolean;
  readonly onProgress: (share: number) => void;
}

/** Objects and bytes per group in each file. Holds one snapshot at a time, and 8 bytes for each object to keep its membership. */
export async function countChanges(paths: readonly string[], options: CountOptions): Promise<Counted> {
  const groups = new Groups();
  const grouper = GROUPERS[options.by](groups);
  const tallies: Tally[] = [];
  const members: Members[] = [];
  for (let file = paths.length - 1; file >= 0; file--) {
    const graph = await readSnapshot(paths[file], {
      onProgress: ({ doneBytes, totalBytes }) =>
        options.onProgress(
          (paths.length - 1 - file + (0.6 * doneBytes) / (totalBytes ?? Infinity)) / paths.length,
        ),
    });
    const grouped = grouper(graph);
    for (let i = tallies.length; i < groups.all.length; i++)
      tallies.push(emptyTally(groups.all[i], paths.length));
    addCounts(graph, grouped, tallies, { file, isLast: file === paths.length - 1 });
    if (options.keepMembers) members.unshift(membersOf(graph, grouped));
    options.onProgress((paths.length - file) / paths.length);
  }
  return { tallies, members };
}

function emptyTally(group: Group, files: number): Tally {
  const zeros = Array.from({ length: files }, () => 0);
  return { ...group, objectCounts: zeros, bytes: [...zeros], sample: null };
}

function addCounts(
  { nodeCount, nodeId }: HeapGraph,
  { groupOf, bytes }: GroupedNodes,
  tallies: readonly Tally[],
  { file, isLast }: { readonly file: number; readonly isLast: boolean },
): void {
  for (let node = 0; node < nodeCount; node++) {
    if (groupOf[node] === NONE) continue;
    const tally = tallies[groupOf[node]];
    tally.objectCounts[file]++;
    tally.bytes[file] += bytes[node];
    if (isLast && (tally.sample === null || nodeId[node] > nodeId[tally.sample])) tally.sample = node;
  }
}

function membersOf({ nodeId }: HeapGraph, { groupOf }: GroupedNodes): Members {
  const order = orderBy(nodeId).filter((node) => groupOf[node] !== NONE);
  return { ids: order.map((node) => nodeId[node]), groupOf: order.map((node) => groupOf[node]) };
}
