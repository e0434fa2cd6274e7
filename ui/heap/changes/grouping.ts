import type { HeapGraph } from '../../../analyzer/heap/index.ts';

/** What a table of changes counts by. */
export interface Group {
  /** The same in all snapshots. */
  readonly key: string;
  readonly name: string;
  /** Where it is, when the name alone does not tell. */
  readonly detail: string | null;
}

/** The nodes of a snapshot, each in its group. */
export interface GroupedNodes {
  readonly groupOf: Uint32Array; // NodeIndex -> GroupIndex | NONE: not counted
  readonly bytes: Float64Array | Uint32Array; // NodeIndex -> bytes that count for its group
}

/** Puts the nodes of one snapshot after the other into the same groups. */
export type Grouper = (graph: HeapGraph) => GroupedNodes;

/** The groups of all snapshots; an index for each key. */
export class Groups {
  readonly all: Group[] = [];
  private readonly indexByKey = new Map<string, number>();

  /** @param describe called when the key is new */
  indexOf(key: string, describe: () => Omit<Group, 'key'>): number {
    const known = this.indexByKey.get(key);
    if (known !== undefined) return known;
    const { name, detail } = describe();
    const index = this.all.push({ key, name: cut(name), detail: detail && cut(detail) }) - 1;
    this.indexByKey.set(key, index);
    return index;
  }
}

/** Longer texts could not be shown; of a path, the end says more than the start. */
const MAX_START = 60;
const MAX_END = 120;

function cut(text: string): string {
  return text.length > MAX_START + MAX_END ? `${text.slice(0, MAX_START)}…${text.slice(-MAX_END)}` : text;
}
