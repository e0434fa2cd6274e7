import type { PathTrie } from './path-trie.ts';

/**
 * The chains of a list that hangs off one object by its first and by its last element, as one: the shortest way to an element
 * leads over the nearer end, so that its half of the list changes as the list grows.
 * @returns PathIndex of a chain -> that of one of the chains of the same list; only where there are two or more
 */
export function twoEndedLists(trie: PathTrie): ReadonlyMap<number, number> {
  const byList = new Map<string, number[]>();
  for (let path = 1; path < trie.size; path++) {
    const end = trie.parent(path);
    if (!trie.isChain(path) || trie.className(end) !== trie.className(path)) continue;
    const list = `${trie.parent(end)} ${trie.className(path)}`;
    const chains = byList.get(list);
    if (chains) chains.push(path);
    else byList.set(list, [path]);
  }
  const lists = [...byList.values()].filter((chains) => chains.length > 1);
  return new Map(lists.flatMap((chains) => chains.map((chain) => [chain, chains[0]] as const)));
}
