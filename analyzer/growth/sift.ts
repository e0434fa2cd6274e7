import type { Cohorts } from './cohorts.ts';
import type { GrowthGroup } from './groups.ts';
import { groupsBelow, growingPaths, topGroups } from './groups.ts';
import type { JudgeOptions, Judgement } from './judge.ts';
import { isInStep, judge } from './judge.ts';
import type { PathTrie } from './path-trie.ts';
import { twoEndedLists } from './two-ended.ts';

/** A growing group and what its growth means. */
export interface Judged {
  readonly group: GrowthGroup;
  readonly judgement: Judgement;
}

/**
 * Judges the top-most growing groups, and looks below those that are no leak: what passes may hold what stays.
 * @param isEngine whether a path is one of V8's own tables, whose growth nobody can help
 */
export function sift(
  trie: PathTrie,
  population: Cohorts,
  isEngine: (path: number) => boolean,
  options: JudgeOptions,
): Judged[] {
  const lists = twoEndedLists(trie);
  const growing = growingPaths(population, trie.size, lists);
  const judged: Judged[] = [];
  const waiting: Waiting[] = topGroups(trie, growing, population, lists).map((group) => ({
    group,
    owners: null,
  }));
  while (waiting.length > 0) {
    const { group, owners } = waiting.pop()!;
    if (isEngine(group.holderPath)) continue;
    const alone = judge(group, options);
    const judgement: Judgement =
      alone.is === 'leak' && owners !== null && isInStep(group, owners) ? { is: 'slowing' } : alone;
    judged.push({ group, judgement });
    if (judgement.is === 'leak') continue;
    const below = groupsBelow(group, trie, growing, population, lists);
    const slowing = judgement.is === 'slowing' ? group : null;
    waiting.push(...below.map((inner) => ({ group: inner, owners: slowing })));
  }
  return judged;
}

interface Waiting {
  readonly group: GrowthGroup;
  /** What holds it, where that grows ever more slowly. */
  readonly owners: GrowthGroup | null;
}
