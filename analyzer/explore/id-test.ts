import type { HeapGraph } from '../heap/index.ts';

/** Above it ids name other objects; measured where the verdict asks the same, see growth/lineage.ts. */
const MAX_CHANGED = 0.015;

/** Objects whose ids are looked at to learn whether ids mean the same: more would say nothing new. */
const MAX_COMPARED = 20_000;

/** Only what the program allocated has an id of its own that stays. */
const isLasting = (id: number) => id % 2 === 1;

/**
 * Tells of objects of a later snapshot whether they were there in an earlier one of the same process.
 * @returns null when the two are not of one process's life, so that ids do not tell
 */
export function idTest(earlier: HeapGraph, later: HeapGraph): ((node: number) => boolean) | null {
  const nodeById = new Map<number, number>(); // V8's id -> NodeIndex in the earlier one
  for (let node = 0; node < earlier.nodeCount; node++) nodeById.set(earlier.nodeId[node], node);
  const isSame = (node: number) => {
    const before = nodeById.get(later.nodeId[node]);
    return before !== undefined && nameOf(earlier, before) === nameOf(later, node);
  };
  return idsAgree(later, nodeById, isSame) ? isSame : null;
}

function idsAgree(
  later: HeapGraph,
  nodeById: ReadonlyMap<number, number>,
  isSame: (node: number) => boolean,
): boolean {
  const step = Math.max(1, Math.floor(later.nodeCount / MAX_COMPARED));
  let shared = 0;
  let changed = 0;
  for (let node = 0; node < later.nodeCount; node += step) {
    if (!isLasting(later.nodeId[node]) || !nodeById.has(later.nodeId[node])) continue;
    shared++;
    if (!isSame(node)) changed++;
  }
  return shared > 0 && changed / shared <= MAX_CHANGED;
}

const nameOf = (graph: HeapGraph, node: number) =>
  `${graph.nodeTypeNames[graph.nodeType[node]]} ${graph.strings.get(graph.nodeName[node])}`;
