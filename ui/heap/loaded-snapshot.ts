import {
  childLists,
  openHeap,
  retainedBytes,
  retainers,
  summarizeClasses,
} from '../../analyzer/heap/index.ts';
import type { Classification, ClassSummary, HeapGraph, Retainers } from '../../analyzer/heap/index.ts';
import { findHolders } from './holding-path.ts';
import type { Holders } from './holding-path.ts';

/** A snapshot with every column that the questions need. */
export interface LoadedSnapshot {
  readonly graph: HeapGraph;
  readonly shallow: Uint32Array | Float64Array; // NodeIndex -> bytes
  readonly dominator: Uint32Array; // NodeIndex -> NodeIndex
  readonly retained: Uint32Array | Float64Array; // NodeIndex -> bytes
  /** Objects with a higher id came after the earliest snapshot; null when ids do not tell. */
  readonly newAfterId: number | null;
  /** NodeIndex -> bytes of the retained ones that are newer than the earliest snapshot; null when ids do not tell. */
  readonly newRetained: Float64Array | null;
  readonly retainers: Retainers;
  readonly holders: Holders;
  readonly firstChild: Uint32Array; // NodeIndex -> NodeIndex of a node it dominates | NONE
  readonly nextSibling: Uint32Array; // NodeIndex -> NodeIndex dominated by the same | NONE
  readonly classes: Classification;
  readonly summaries: readonly ClassSummary[];
}

/** Share of the work that is reading the file; the rest is the columns. */
const READING_SHARE = 0.6;

/**
 * @param newAfterId objects with a higher id are new; null when ids mean nothing
 * @param onProgress called with 0..1
 */
export async function loadSnapshot(
  path: string,
  newAfterId: number | null,
  onProgress: (share: number) => void,
): Promise<LoadedSnapshot> {
  const { graph, shallow, dominator, retained, classes } = await openHeap(path, {
    onProgress: ({ doneBytes, totalBytes }) =>
      onProgress((READING_SHARE * doneBytes) / (totalBytes ?? Infinity)),
  });
  onProgress(0.9);
  const loaded = {
    graph,
    shallow,
    dominator,
    retained,
    newAfterId,
    newRetained:
      newAfterId === null ? null : retainedBytes(graph, dominator, newBytes(graph, shallow, newAfterId)),
    retainers: retainers(graph),
    holders: findHolders(graph),
    ...childLists(dominator),
    classes,
    summaries: summarizeClasses(graph, classes, { shallow, dominator, retained }),
  };
  onProgress(1);
  return loaded;
}

/** The highest id of a JavaScript object: what the process allocates later has a higher one. */
export function highestId({ nodeId }: HeapGraph): number {
  return nodeId.reduce((highest, id) => (id % 2 === 1 ? Math.max(highest, id) : highest), 0);
}

/** NodeIndex -> its bytes when it is new, otherwise 0; ids of native nodes, which are even, say nothing */
function newBytes({ nodeId }: HeapGraph, shallow: Uint32Array | Float64Array, afterId: number): Float64Array {
  return Float64Array.from(shallow, (bytes, node) =>
    nodeId[node] % 2 === 1 && nodeId[node] > afterId ? bytes : 0,
  );
}
