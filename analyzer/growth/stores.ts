import type { Confidence } from '../report.ts';
import type { Census } from './census.ts';
import type { Cohorts } from './cohorts.ts';
import type { PathTree } from './path-tree.ts';

/**
 * A collection of numbers: V8 writes no reference for a small integer, so only the container's own storage shows that it
 * grows. Storage grows by doubling, so a leak that goes on steadily shows a step now and then and not in every window.
 */
export interface GrowingStore {
  readonly node: number; // NodeIndex in the last snapshot
  /** Per snapshot: bytes of the container's own storage. */
  readonly bytes: readonly number[];
  readonly confidence: Confidence;
}

const MIN_GROWTH_BYTES = 8 * 1024;
const MIN_GROWTH_RATIO = 2; // less than one doubling may be rounding
const MIN_STEPS = 2; // one doubling happens to any table that is being filled
const VISIBLE_SHARE = 0.1; // of its slots held by references: then the objects tell, and the storage need not

/**
 * Containers that were there from the first snapshot, never shrank, and outgrew themselves more than once.
 * @param censuses three or more, of one lineage, in the order taken; the last is of `tree`
 */
export function growingStores(
  censuses: readonly Census[],
  tree: PathTree,
  population: Cohorts,
): GrowingStore[] {
  const last = censuses[censuses.length - 1];
  const grown = new Map<number, readonly number[]>();
  for (const [id, bytes] of last.containerBytes) {
    if (bytes < MIN_GROWTH_BYTES || !censuses[0].alive.has(id)) continue;
    const series = censuses.map((census) => census.containerBytes.get(id) ?? 0);
    if (isSteady(series)) grown.set(id, series);
  }
  if (grown.size === 0) return [];
  const references = referencesHeld(tree, grown);
  return tree.order.reduce<GrowingStore[]>((found, node) => {
    const bytes = grown.get(tree.graph.nodeId[node]);
    if (!bytes || population.windowOfNode[node] !== 0) return found;
    const slots = bytes[bytes.length - 1] / 8;
    if ((references.get(node) ?? 0) <= slots * VISIBLE_SHARE)
      found.push({ node, bytes, confidence: confidenceOf(bytes) });
    return found;
  }, []);
}

function isSteady(bytes: readonly number[]): boolean {
  const growth = bytes[bytes.length - 1] - bytes[0];
  const isShrinking = bytes.some((value, index) => index > 0 && value < bytes[index - 1]);
  if (isShrinking || growth < MIN_GROWTH_BYTES || bytes[bytes.length - 1] < bytes[0] * MIN_GROWTH_RATIO)
    return false;
  return stepsOf(bytes) >= MIN_STEPS;
}

const stepsOf = (bytes: readonly number[]) =>
  bytes.filter((value, index) => index > 0 && value > bytes[index - 1]).length;

/** NodeIndex of a container -> how many objects it holds. */
function referencesHeld(tree: PathTree, grown: ReadonlyMap<number, unknown>): Map<number, number> {
  const held = new Map<number, number>();
  for (const node of tree.order) {
    const holder = tree.holder[node];
    if (holder < tree.graph.nodeCount && grown.has(tree.graph.nodeId[holder])) {
      held.set(holder, (held.get(holder) ?? 0) + 1);
    }
  }
  return held;
}

function confidenceOf(bytes: readonly number[]): Confidence {
  const steps = stepsOf(bytes);
  const windows = bytes.length - 1;
  return {
    level: 'medium',
    score: steps === windows ? 0.75 : 0.65,
    reasons: [
      `its storage grew in ${steps} of ${windows} windows and never shrank`,
      'it holds numbers, which a snapshot does not show',
    ],
    missing: ['more snapshots over a longer time: the storage of a collection that fills up grows as well'],
  };
}
