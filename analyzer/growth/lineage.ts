import type { Comparability } from '../report.ts';
import type { Census } from './census.ts';
import { idDisagreement } from './census.ts';
import type { PathTrie } from './path-trie.ts';

/**
 * Above it ids name other objects. Measured within one lineage: mostly 0, at most 0.0035, where V8 gave the id of a freed
 * address to the object that came there; across runs of one program 0.05 and more, across programs 0.69 to 0.95.
 */
const MAX_DISAGREEMENT = 0.015;

/** Less than this share of objects on common access paths: not the same program. */
const MIN_COMMON_PATHS = 0.5;

/** What is known of the snapshots beside what they hold. */
export interface Provenance {
  /** They had been given in another order than they were taken. */
  readonly reordered: boolean;
  /** A recording says that one process took them all. */
  readonly isOneProcess: boolean;
  /** Forked copies of the process took them, and each copy numbers the objects anew. */
  readonly isForked: boolean;
}

/** Whether ids, or at least access paths, mean the same in all of these snapshots, which are in the order taken. */
export function comparability(
  censuses: readonly Census[],
  trie: PathTrie,
  { reordered, isOneProcess, isForked }: Provenance,
): Comparability {
  if (censuses.length < 2) {
    return {
      kind: 'single',
      sentence: 'One snapshot shows what is large, not what grows.',
      reordered: false,
    };
  }
  const worst = worstDisagreement(censuses, trie);
  if (worst <= MAX_DISAGREEMENT && !isForked) {
    const order = reordered ? ', put into the order in which they were taken' : '';
    return {
      kind: 'same-lineage',
      sentence: `${censuses.length} snapshots of one process${order}; object ids are comparable.`,
      reordered,
    };
  }
  if (isOneProcess) {
    const why = isForked
      ? 'forked copies of it took them, each with ids of its own'
      : 'object ids have changed';
    return {
      kind: 'same-program',
      isOneProcess,
      sentence: `${censuses.length} snapshots of one process; ${why}, so growth is judged by access paths.`,
      reordered,
    };
  }
  const percent = Math.round(worst * 100);
  if (commonPaths(censuses[0], censuses[censuses.length - 1]) >= MIN_COMMON_PATHS) {
    return {
      kind: 'same-program',
      sentence:
        `The snapshots are not of one process's life: ${percent} % of the object ids they share name different objects. ` +
        'Only access paths can be compared.',
      reordered,
    };
  }
  return {
    kind: 'different',
    sentence: `The snapshots are of different programs: ${percent} % of the object ids they share name different objects.`,
    reordered,
  };
}

function worstDisagreement(censuses: readonly Census[], trie: PathTrie): number {
  let worst = 0;
  for (let i = 1; i < censuses.length; i++) {
    worst = Math.max(worst, idDisagreement(censuses[i - 1], censuses[i], trie) ?? 1);
  }
  return worst;
}

function commonPaths(first: Census, last: Census): number {
  const known = new Set(first.memberPath);
  let common = 0;
  for (const path of last.memberPath) if (known.has(path)) common++;
  return common / Math.max(1, last.memberPath.length);
}
