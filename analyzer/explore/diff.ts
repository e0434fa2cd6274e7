import { NONE } from '../heap/graph.ts';
import type { Heap, ReadProgress } from '../heap/index.ts';
import { openNamed } from './exploration.ts';
import { groupings } from './groupings.ts';
import type { GroupBy, Grouping } from './groupings.ts';

/** How one group of objects went over the snapshots; lists have one number per snapshot, in the order of the files. */
export interface DiffRow {
  readonly key: string;
  readonly name: string;
  readonly objectCounts: readonly number[];
  readonly shallowBytes: readonly number[];
  readonly retainedBytes: readonly number[];
  /** Objects of the last snapshot that the first does not have; null when ids do not tell. */
  readonly newObjects: number | null;
  /** Objects of the first snapshot that the last does not have; null when ids do not tell. */
  readonly goneObjects: number | null;
}

export interface Diff {
  readonly files: readonly string[];
  readonly by: GroupBy;
  /** Per snapshot: bytes of everything that is reachable. */
  readonly heapBytes: readonly number[];
  readonly objectCounts: readonly number[];
  /** Whether an id is the same object in the first and the last snapshot, so that new and gone ones could be counted. */
  readonly sameProcess: boolean;
  /** Groups that changed, the largest growth of retained bytes first. */
  readonly rows: readonly DiffRow[];
}

export interface DiffOptions {
  readonly by: GroupBy;
  /** Called with 0..1 of the whole work. */
  readonly onProgress?: (share: number, file: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * What changed between snapshots in the order given; holds one of them at a time.
 * @throws LeakwatchError that names the file it cannot use and says why
 */
export async function diff(files: readonly string[], options: DiffOptions): Promise<Diff> {
  const groupingOf = groupings(options.by);
  const table = new HistoryTable(files.length);
  const totals = files.map(() => ({ bytes: 0, objects: 0 }));
  let last: Population | null = null;
  let turnover: Turnover | null = null;
  // from the last one, whose shapes name the plain objects of all
  for (let index = files.length - 1; index >= 0; index--) {
    const heap = await openNamed(files[index], readOptions(options, files, index));
    const grouping = groupingOf(heap);
    table.add(index, grouping);
    totals[index] = { bytes: heap.retained[0], objects: heap.graph.nodeCount };
    const population = populationOf(heap, grouping);
    if (last === null) last = population;
    else if (index === 0) turnover = turnoverBetween(population, last);
  }
  return {
    files,
    by: options.by,
    heapBytes: totals.map(({ bytes }) => bytes),
    objectCounts: totals.map(({ objects }) => objects),
    sameProcess: turnover !== null,
    rows: table.rows(turnover, options.by),
  };
}

function readOptions({ onProgress, signal }: DiffOptions, files: readonly string[], index: number) {
  const done = files.length - 1 - index;
  return {
    ...(signal ? { signal } : {}),
    onProgress: ({ doneBytes, totalBytes }: ReadProgress) =>
      onProgress?.((done + (totalBytes ? doneBytes / totalBytes : 0)) / files.length, files[index]),
  };
}

interface History {
  readonly key: string;
  readonly name: string;
  readonly parentKey: string | null;
  readonly objectCounts: number[];
  readonly shallowBytes: number[];
  readonly retainedBytes: number[];
}

class HistoryTable {
  private readonly snapshotCount: number;
  private readonly histories = new Map<string, History>();

  constructor(snapshotCount: number) {
    this.snapshotCount = snapshotCount;
  }

  add(snapshot: number, { groups }: Grouping): void {
    for (const { key, name, where, parentKey, objectCount, shallowBytes, retainedBytes } of groups) {
      const history = this.historyOf(key, where === null ? name : `${where} ${name}`, parentKey);
      history.objectCounts[snapshot] += objectCount;
      history.shallowBytes[snapshot] += shallowBytes;
      history.retainedBytes[snapshot] += retainedBytes;
    }
  }

  rows(turnover: Turnover | null, by: GroupBy): DiffRow[] {
    return [...this.histories.values()]
      .filter((history) => (by === 'path' ? this.isOwnChange(history) : hasChanged(history, turnover)))
      .map(({ key, name, objectCounts, shallowBytes, retainedBytes }) => ({
        key,
        name,
        objectCounts,
        shallowBytes,
        retainedBytes,
        newObjects: turnover && (turnover.come.get(key) ?? 0),
        goneObjects: turnover && (turnover.gone.get(key) ?? 0),
      }))
      .toSorted((one, other) => gained(other.retainedBytes) - gained(one.retainedBytes));
  }

  /** What hangs on growing objects grows with them, and what holds them retains more: neither says anything new. */
  private isOwnChange({ objectCounts, shallowBytes, parentKey }: History): boolean {
    if (gained(objectCounts) === 0) return gained(shallowBytes) !== 0;
    const parent = parentKey === null ? undefined : this.histories.get(parentKey);
    return (
      parent === undefined || gained(objectCounts) < 0 || gained(parent.objectCounts) < gained(objectCounts)
    );
  }

  private historyOf(key: string, name: string, parentKey: string | null): History {
    let history = this.histories.get(key);
    if (history === undefined) {
      const zeros = () => Array.from({ length: this.snapshotCount }, () => 0);
      history = {
        key,
        name,
        parentKey,
        objectCounts: zeros(),
        shallowBytes: zeros(),
        retainedBytes: zeros(),
      };
      this.histories.set(key, history);
    }
    return history;
  }
}

function hasChanged({ key, objectCounts, shallowBytes, retainedBytes }: History, turnover: Turnover | null) {
  return (
    [objectCounts, shallowBytes, retainedBytes].some((series) => new Set(series).size > 1) ||
    (turnover !== null && (turnover.come.has(key) || turnover.gone.has(key)))
  );
}

/** Last minus first. */
export function gained(series: readonly number[]): number {
  return series[series.length - 1] - series[0];
}

/** More objects in every snapshot than in the one before. */
export function grewEachTime({ objectCounts }: Pick<DiffRow, 'objectCounts'>): boolean {
  return objectCounts.every((count, at) => at === 0 || count > objectCounts[at - 1]);
}

/** Which objects there are and of which group, by ascending id. */
interface Population {
  readonly ids: Float64Array; // ascending
  readonly keys: readonly string[]; // as ids: -> key of its group
  readonly classes: Float64Array; // as ids: -> number of its class
}

/** Only what the program allocated has an id of its own that stays. */
function populationOf({ graph }: Heap, { groupOf, groups, classOf }: Grouping): Population {
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeId[node] % 2 === 1 && groupOf[node] !== NONE) nodes.push(node);
  nodes.sort((one, other) => graph.nodeId[one] - graph.nodeId[other]);
  return {
    ids: Float64Array.from(nodes, (node) => graph.nodeId[node]),
    keys: nodes.map((node) => groups[groupOf[node]].key),
    classes: Float64Array.from(nodes, classOf),
  };
}

/** Key of a group -> objects that came or went. */
interface Turnover {
  readonly come: ReadonlyMap<string, number>;
  readonly gone: ReadonlyMap<string, number>;
}

/** Above it ids name other objects; measured where the verdict asks the same, see growth/lineage.ts. */
const MAX_CHANGED = 0.015;

/** Null when ids do not mean the same object in both. */
function turnoverBetween(before: Population, after: Population): Turnover | null {
  const come = new Map<string, number>();
  const gone = new Map<string, number>();
  let shared = 0;
  let changed = 0;
  let left = 0;
  let right = 0;
  while (left < before.ids.length || right < after.ids.length) {
    const leftId = left < before.ids.length ? before.ids[left] : Infinity;
    const rightId = right < after.ids.length ? after.ids[right] : Infinity;
    if (leftId === rightId) {
      shared++;
      if (before.classes[left] !== after.classes[right]) changed++;
    } else if (leftId < rightId) addOne(gone, before.keys[left]);
    else addOne(come, after.keys[right]);
    if (leftId <= rightId) left++;
    if (rightId <= leftId) right++;
  }
  return shared > 0 && changed / shared <= MAX_CHANGED ? { come, gone } : null;
}

function addOne(tally: Map<string, number>, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}
