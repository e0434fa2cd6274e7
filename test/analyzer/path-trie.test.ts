import { describe, expect, test } from 'vitest';
import { pathTrie } from '../../analyzer/growth/path-trie.ts';
import { twoEndedLists } from '../../analyzer/growth/two-ended.ts';
import { interner } from '../../analyzer/model/interner.ts';

/** Walks chains like `.next Node > .next Node` and gives the path of each step. */
function walker() {
  const labels = interner();
  const trie = pathTrie(labels);
  const walk = (chain: string) => {
    let path = trie.root;
    return chain.split(' > ').map((step) => {
      const [label, className] = step.split(' ');
      path = trie.child(path, labels.id(label), labels.id(className));
      return path;
    });
  };
  return { trie, walk };
}

describe('pathTrie', () => {
  test('gives one chain one path, whoever asks', () => {
    const { walk } = walker();
    expect(walk('.a Map > [*] User')).toEqual(walk('.a Map > [*] User'));
  });

  test('keeps other labels and other classes apart', () => {
    const { walk } = walker();
    const paths = ['.a Map', '.b Map', '.a Set'].map((chain) => walk(chain).at(-1));
    expect(new Set(paths).size).toBe(3);
  });

  test('folds a linked list of any length into one path', () => {
    const { walk, trie } = walker();
    const paths = walk(`.head Node > ${Array.from({ length: 1000 }, () => '.next Node').join(' > ')}`);
    expect(new Set(paths.slice(2)).size).toBe(1);
    expect(trie.size).toBeLessThan(5);
  });

  test('folds a chain of wrapped functions, whose period is two', () => {
    const { walk, trie } = walker();
    const chain = Array.from({ length: 200 }, () => '(scope) scope > $original function').join(' > ');
    walk(`.query function > ${chain}`);
    expect(trie.size).toBeLessThan(10);
  });

  test('does not fold an array of records inside an array of records', () => {
    const { walk } = walker();
    const paths = walk('.tenants Array > [*] Object > .items Array > [*] Object');
    expect(new Set(paths).size).toBe(4);
  });

  test('ends somewhere even on chains without a period', () => {
    const { walk, trie } = walker();
    const sides = Array.from({ length: 5000 }, (_, i) =>
      Math.sin(i * i) > 0 ? '.left Node' : '.right Node',
    );
    walk(sides.join(' > '));
    expect(trie.size).toBeLessThan(1000);
  });
});

describe('twoEndedLists', () => {
  test('takes the chains from both ends of a list for one', () => {
    const { trie, walk } = walker();
    const forward = walk('.list List > .head Node > .next Node > .next Node').at(-1)!;
    const back = walk('.list List > .tail Node > .prev Node > .prev Node').at(-1)!;
    expect(twoEndedLists(trie)).toEqual(
      new Map([
        [forward, forward],
        [back, forward],
      ]),
    );
  });

  test.each([
    ['of two owners', '.other List > .tail Node > .prev Node > .prev Node'],
    ['of another class', '.list List > .tail Entry > .prev Entry > .prev Entry'],
    ['that is no chain', '.list List > .tail Node > .prev Node'],
  ])('keeps one %s apart', (_, chain) => {
    const { trie, walk } = walker();
    walk('.list List > .head Node > .next Node > .next Node');
    walk(chain);
    expect(twoEndedLists(trie).size).toBe(0);
  });
});
