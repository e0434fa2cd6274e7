import type { Interner } from '../model/interner.ts';

/**
 * All access paths seen in any snapshot: one trie node stands for every object that is reached over the same chain of
 * labels and classes. After ObjectGrowthDetector of LeakCanary's Shark (Ricau, 2024), which merges likewise; a recursive
 * structure is folded once its period has repeated, so that a linked list, a tree of modules or a chain of wrapped
 * functions is one path and not one per element.
 */
export interface PathTrie {
  readonly root: number;
  /** The path of a child; the same number for the same chain in every snapshot. */
  child(path: number, label: number, className: number): number;
  readonly size: number;
  parent(path: number): number; // PathIndex -> PathIndex; the root is its own parent
  label(path: number): number;
  className(path: number): number;
  /** Whether the path stands for a chain, each object of it held by the one before. */
  isChain(path: number): boolean;
}

/** The longest cycle of classes that is recognised as one recursive structure (closure, scope, promise, … and round again). */
const MAX_PERIOD = 8;

/** Deeper than any path a person would read; beyond it everything of one class is one path. */
const MAX_DEPTH = 96;

export function pathTrie(labels: Interner): PathTrie {
  const parents: number[] = [0];
  const pathLabels: number[] = [labels.id('(root)')];
  const classNames: number[] = [labels.id('(root)')];
  const depths: number[] = [0];
  const chains = new Set<number>();
  const childByKey = new Map<number, number>();
  const pairIds = new Map<number, number>(); // label * 2^26 + class -> pair
  const pairs: number[] = [-1]; // PathIndex -> pair

  function pairOf(label: number, className: number): number {
    const key = label * 0x4000000 + className;
    let pair = pairIds.get(key);
    if (pair === undefined) {
      pair = pairIds.size;
      pairIds.set(key, pair);
    }
    return pair;
  }

  /** The ancestor that a child of this pair repeats, or -1: the last `period` pairs equal the `period` before them. */
  function repeated(path: number, pair: number): number {
    const chain = [pair];
    let at = path;
    for (let step = 0; step < 2 * MAX_PERIOD && at !== 0; step++) {
      chain.push(pairs[at]);
      at = parents[at];
    }
    for (let period = 1; period <= MAX_PERIOD && period < chain.length; period++) {
      if (chain[period] !== pair) continue;
      const isWhole = 2 * period <= chain.length;
      if (period > 1 && !isWhole) continue;
      let same = true;
      for (let i = 1; i < period && same; i++) same = chain[i] === chain[i + period];
      if (!same) continue;
      let ancestor = path;
      for (let step = 1; step < period; step++) ancestor = parents[ancestor];
      return ancestor;
    }
    return -1;
  }

  function deepest(path: number, pair: number): number {
    for (let at = path; at !== 0; at = parents[at]) if (pairs[at] === pair) return at;
    return -1;
  }

  function find(path: number, pair: number, label: number, className: number): number {
    const fold = depths[path] >= MAX_DEPTH ? deepest(path, pair) : repeated(path, pair);
    if (fold !== -1) {
      chains.add(fold);
      return fold;
    }
    parents.push(path);
    pathLabels.push(label);
    classNames.push(className);
    pairs.push(pair);
    depths.push(depths[path] + 1);
    return parents.length - 1;
  }

  return {
    root: 0,
    get size() {
      return parents.length;
    },
    parent: (path) => parents[path],
    label: (path) => pathLabels[path],
    className: (path) => classNames[path],
    isChain: (path) => chains.has(path),
    child(path, label, className) {
      const pair = pairOf(label, className);
      const key = path * 0x2000000 + pair;
      let child = childByKey.get(key);
      if (child === undefined) {
        child = find(path, pair, label, className);
        childByKey.set(key, child);
      }
      return child;
    },
  };
}
