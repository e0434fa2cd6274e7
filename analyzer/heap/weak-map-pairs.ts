import type { HeapGraph, StringTable } from './graph.ts';

/**
 * The values of WeakMaps. V8 writes the edge to a value twice, from the table and from the key, with one name but for
 * its leading number: `7 / part of key (Object @1) -> value (Object @3) pair in WeakMap (table @5)`.
 */
export interface WeakMapPairs {
  readonly isPairName: Uint8Array; // StringIndex -> 1 or 0
  /** StringIndex -> PairIndex, the same for both names of one pair */
  readonly pairOfName: ReadonlyMap<number, number>;
}

const MARK = ' pair in WeakMap (table @';
const PAIR_NAME =
  /^\d+(?<pair> \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(?<table>\d+)\))$/;

/** The StringIndexes of all names that may be those of a pair. */
export function pairNames(strings: StringTable): number[] {
  return strings.indexesContaining(MARK);
}

/** V8's id of the WeakMap's table when this is the name of a pair, or null. */
export function tableIdOf(name: string): number | null {
  const table = PAIR_NAME.exec(name)?.groups?.table;
  return table === undefined ? null : Number(table);
}

export function weakMapPairs(graph: HeapGraph): WeakMapPairs {
  const isPairName = new Uint8Array(graph.strings.count);
  const pairOfName = new Map<number, number>();
  const pairs = new Map<string, number>();
  for (const name of pairNames(graph.strings)) {
    const match = PAIR_NAME.exec(graph.strings.get(name))?.groups;
    if (match === undefined) continue;
    const pair = pairs.get(match.pair) ?? pairs.size;
    pairs.set(match.pair, pair);
    pairOfName.set(name, pair);
    isPairName[name] = 1;
  }
  return { isPairName, pairOfName };
}
