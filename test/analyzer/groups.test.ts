import { expect, test } from 'vitest';
import type { Cohorts } from '../../analyzer/growth/cohorts.ts';
import { growingPaths, topGroups } from '../../analyzer/growth/groups.ts';
import { judge } from '../../analyzer/growth/judge.ts';
import { pathTrie } from '../../analyzer/growth/path-trie.ts';
import { interner } from '../../analyzer/model/interner.ts';

/** Jobs in a list that loses none, of which the second of three snapshots found all on another path: they were being worked on. */
function seenElsewhere() {
  const labels = interner();
  const trie = pathTrie(labels);
  const list = trie.child(trie.root, labels.id('.jobs'), labels.id('Array'));
  const job = trie.child(list, labels.id('[*]'), labels.id('Job'));
  const column = (jobs: number) =>
    Uint32Array.from({ length: trie.size }, (_, path) => (path === job ? jobs : 0));
  const population: Cohorts = {
    snapshotCount: 3,
    count: [3000, 0, 8400].map(column),
    born: [3000, 0, 2400].map(column),
    survived: [3000, 0, 2400].map(column),
    present: [3000, 3000, 2400].map(column),
    hasIds: true,
    windowOfNode: new Uint8Array(),
  };
  const noLists = new Map<number, number>();
  return topGroups(trie, growingPaths(population, trie.size, noLists), population, noLists);
}

test('what a snapshot in the middle finds on another path is counted where it stayed', () => {
  const [group] = seenElsewhere();
  expect(group.counts).toEqual([3000, 6000, 8400]);
  expect(judge(group, { windowWeights: null, comparable: 'ids' }).is).toBe('leak');
});
