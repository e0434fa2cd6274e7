import { NONE } from '../../analyzer/heap/index.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';

/** One step towards the root: the node, and the edge by which it holds the step before. */
export interface HoldingStep {
  readonly node: number;
  readonly edge: number;
}

/** What runs at the moment of the snapshot: such a root holds many an object, but not for long. */
const PASSING_ROOTS = ['(Stack roots)', '(Handle scope)'];

/**
 * A shortest chain of strong references that keeps the node alive, from its holder to the root; one through what just
 * ran only when there is no other. Null when there is none but through the ignored nodes: then cutting those frees it.
 * Cost: two visits per edge at most.
 */
export function holdingPath(
  snapshot: LoadedSnapshot,
  node: number,
  ignored: ReadonlySet<number>,
): HoldingStep[] | null {
  const lasting = new Set([...ignored, ...passingRoots(snapshot)]);
  return shortestPath(snapshot, node, lasting) ?? shortestPath(snapshot, node, ignored);
}

/** V8 groups its roots two steps below the root of all. */
function passingRoots({ graph }: LoadedSnapshot): number[] {
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
