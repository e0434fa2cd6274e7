import { NONE } from '../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../analyzer/heap/index.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';

/** One step towards the root: the node, and the edge by which it holds the step before. */
export interface HoldingStep {
  readonly node: number;
  readonly edge: number;
}

/** What runs at the moment of the snapshot: such a root holds many an object, but not for long. */
const PASSING_ROOTS = ['(Stack roots)', '(Handle scope)'];

/** A shortest way from the root to every object. */
export interface Holders {
  readonly holder: Uint32Array; // NodeIndex -> NodeIndex | NONE: the root, or nothing holds it
  readonly edge: Uint32Array; // NodeIndex -> EdgeIndex of the reference by which it is held
}

/** Looks for them once, so that each is told at once; breadth-first, through what just ran only where no other way is left. */
export function findHolders(graph: HeapGraph): Holders {
  const { nodeCount, firstEdge, edgeTo, edgeType } = graph;
  const weak = graph.edgeTypeNames.indexOf('weak');
  const holder = new Uint32Array(nodeCount).fill(NONE);
  const edge = new Uint32Array(nodeCount);
  const queue = new Uint32Array(nodeCount + 1);
  const passing = new Set(passingRoots(graph));
  let reached = 1;
  for (let next = 0; next < reached; next++) {
    const node = queue[next];
    for (let at = firstEdge[node]; at < firstEdge[node + 1]; at++) {
      const target = edgeTo[at];
      if (target === 0 || holder[target] !== NONE || edgeType[at] === weak) continue;
      holder[target] = node;
      edge[target] = at;
      if (!passing.has(target)) queue[reached++] = target;
    }
    if (next === reached - 1) {
      for (const root of passing) if (holder[root] !== NONE) queue[reached++] = root;
      passing.clear();
    }
  }
  return { holder, edge };
}

/**
 * A shortest chain of strong references that keeps the node alive, from its holder to the root; one through what just
 * ran only when there is no other. Null when there is none but through the ignored nodes: then cutting those frees it.
 * Cost: its length; with ignored nodes two visits per edge at most.
 */
export function holdingPath(
  snapshot: LoadedSnapshot,
  node: number,
  ignored: ReadonlySet<number>,
): HoldingStep[] | null {
  if (ignored.size === 0) return knownPath(snapshot.holders, node);
  const lasting = new Set([...ignored, ...passingRoots(snapshot.graph)]);
  return shortestPath(snapshot, node, lasting) ?? shortestPath(snapshot, node, ignored);
}

function knownPath({ holder, edge }: Holders, node: number): HoldingStep[] | null {
  if (node !== 0 && holder[node] === NONE) return null;
  const steps: HoldingStep[] = [];
  for (let held = node; held !== 0; held = holder[held]) steps.push({ node: holder[held], edge: edge[held] });
  return steps;
}

/** V8 groups its roots two steps below the root of all. */
function passingRoots(graph: HeapGraph): number[] {
  const gcRoots = graph.edgeTo.subarray(graph.firstEdge[0], graph.firstEdge[1]);
  return [...gcRoots].flatMap((group) =>
    [...graph.edgeTo.subarray(graph.firstEdge[group], graph.firstEdge[group + 1])].filter((root) =>
      PASSING_ROOTS.includes(graph.strings.get(graph.nodeName[root])),
    ),
  );
}

function shortestPath(
  { graph, retainers }: LoadedSnapshot,
  node: number,
  ignored: ReadonlySet<number>,
): HoldingStep[] | null {
  const weak = graph.edgeTypeNames.indexOf('weak');
  const cameFrom = new Uint32Array(graph.nodeCount).fill(NONE); // NodeIndex -> RetainerIndex by which it was reached
  const reached = new Uint32Array(graph.nodeCount);
  let count = 1;
  reached[0] = node;
  cameFrom[node] = NONE - 1;
  for (let next = 0; next < count; next++) {
    const held = reached[next];
    if (held === 0) return unwind(graph.edgeTo, retainers, cameFrom, node);
    for (let slot = retainers.firstRetainer[held]; slot < retainers.firstRetainer[held + 1]; slot++) {
      const holder = retainers.retainerNode[slot];
      if (cameFrom[holder] !== NONE || ignored.has(holder)) continue;
      if (graph.edgeType[retainers.retainerEdge[slot]] === weak) continue;
      cameFrom[holder] = slot;
      reached[count++] = holder;
    }
  }
  return null;
}

function unwind(
  edgeTo: Uint32Array,
  { retainerEdge }: LoadedSnapshot['retainers'],
  cameFrom: Uint32Array,
  node: number,
): HoldingStep[] {
  const steps: HoldingStep[] = [];
  for (let holder = 0; holder !== node;) {
    const edge = retainerEdge[cameFrom[holder]];
    steps.push({ node: holder, edge });
    holder = edgeTo[edge];
  }
  return steps.toReversed();
}
