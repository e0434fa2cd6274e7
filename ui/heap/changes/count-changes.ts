import { groupings } from '../../../analyzer/explore/groupings.ts';
import type { Group, Grouping } from '../../../analyzer/explore/groupings.ts';
import { NONE, openHeap } from '../../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../../analyzer/heap/index.ts';
import { orderBy } from '../../../analyzer/heap/order-by.ts';
import type { ChangeGrouping } from '../questions.ts';
import { cutMiddle } from '../rows.ts';

/** One group in all snapshots. */
export interface Tally {
  readonly key: string;
  readonly name: string;
  readonly where: string | null;
  readonly objectCounts: number[];
  readonly bytes: number[];
  /** NodeIndex of its newest object in the last snapshot. */
  sample: number | null;
}

/** Who is in which group, by ascending id: two of them tell what came and what went. */
export interface Members {
  readonly ids: Uint32Array;
  readonly groupOf: Uint32Array; // as ids: -> index of the tally
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

/** Reading the file is that part of the work on a snapshot. */
const READING_SHARE = 0.6;

/**
 * Objects and bytes per group in each file, from the last one, whose shapes name the plain objects of all. Holds one snapshot at a
 * time, and 8 bytes for each object to keep its membership.
 */
export async function countChanges(paths: readonly string[], options: CountOptions): Promise<Counted> {
  const { by, keepMembers, onProgress } = options;
  const groupingOf = groupings(by);
  const tallies = new Tallies(paths.length);
  const members: Members[] = [];
  for (let file = paths.length - 1; file >= 0; file--) {
    const done = paths.length - 1 - file;
    const heap = await openHeap(paths[file], {
      onProgress: ({ doneBytes, totalBytes }) =>
        onProgress((done + (READING_SHARE * doneBytes) / (totalBytes ?? Infinity)) / paths.length),
    });
    const grouping = groupingOf(heap);
    const tallyOf = tallies.add(file, grouping.groups, by === 'owner' ? 'retainedBytes' : 'shallowBytes');
    const groupOf = grouping.groupOf.map((group) => (group === NONE ? NONE : tallyOf[group]));
    if (done === 0) tallies.findSamples(heap.graph, groupOf);
    if (keepMembers) members.unshift(membersOf(heap.graph, groupOf));
    onProgress((done + 1) / paths.length);
  }
  return { tallies: tallies.all, members };
}

class Tallies {
  readonly all: Tally[] = [];
  private readonly indexByKey = new Map<string, number>();
  private readonly files: number;

  constructor(files: number) {
    this.files = files;
  }

  /** @returns GroupIndex -> index in `all` */
  add(file: number, groups: Grouping['groups'], bytes: 'shallowBytes' | 'retainedBytes'): Uint32Array {
    return Uint32Array.from(groups, (group) => {
      const index = this.indexOf(group);
      this.all[index].objectCounts[file] += group.objectCount;
      this.all[index].bytes[file] += group[bytes];
      return index;
    });
  }

  findSamples({ nodeCount, nodeId }: HeapGraph, tallyOf: Uint32Array): void {
    for (let node = 0; node < nodeCount; node++) {
      if (tallyOf[node] === NONE) continue;
      const tally = this.all[tallyOf[node]];
      if (tally.sample === null || nodeId[node] > nodeId[tally.sample]) tally.sample = node;
    }
  }

  private indexOf({ key, name, where }: Group): number {
    let index = this.indexByKey.get(key);
    if (index === undefined) {
      const zeros = () => Array.from({ length: this.files }, () => 0);
      const shown = { name: cutMiddle(name), where: where && cutMiddle(where) };
      index = this.all.push({ key, ...shown, objectCounts: zeros(), bytes: zeros(), sample: null }) - 1;
      this.indexByKey.set(key, index);
    }
    return index;
  }
}

function membersOf({ nodeId }: HeapGraph, groupOf: Uint32Array): Members {
  const order = orderBy(nodeId).filter((node) => groupOf[node] !== NONE);
  return { ids: order.map((node) => nodeId[node]), groupOf: order.map((node) => groupOf[node]) };
}
