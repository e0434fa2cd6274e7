import { NONE } from './graph.ts';
import type { HeapGraph } from './graph.ts';
import { typeIndex } from './type-index.ts';

/**
 * The values of WeakMaps. V8 writes the edge to a value twice, from the table and from the key, with one name but for
 * its leading number: `7 / part of key (Object @1) -> value (Object @3) pair in WeakMap (table @5)`.
 */
export interface WeakMapPairs {
  /** 1 when no edge has such a name: most loops can then leave the test out. */
  readonly isEmpty: boolean;
  /** StringIndex -> PairIndex, equal for the two names of one pair, or {@link NONE} */
  readonly pairOfName: ReadonlyMap<number, number>;
  /** PairIndex -> V8's id of the table. */
  readonly tableId: readonly number[];
}

const PAIR_NAME =
  /^\d+(?<pair> \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(?<table>\d+)\))$/;

/** Finds the names of WeakMap pairs among the internal edges; each name is looked at once. */
export function weakMapPairs(graph: HeapGraph): WeakMapPairs {
  const internal = typeIndex(graph).edge.internal;
  const seen = new Uint8Array(graph.strings.count);
  const pairOfName = new Map<number, number>();
  const pairs = new Map<string, number>();
  const tableId: number[] = [];
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const name = graph.edgeName[edge];
    if (graph.edgeType[edge] !== internal || seen[name] === 1) continue;
    seen[name] = 1;
    const match = PAIR_NAME.exec(graph.strings.get(name))?.groups;
    if (match === undefined) continue;
    let pair = pairs.get(match.pair) ?? NONE;
    if (pair === NONE) {
      pair = tableId.push(Number(match.table)) - 1;
      pairs.set(match.pair, pair);
    }
    pairOfName.set(name, pair);
  }
  return { isEmpty: tableId.length === 0, pairOfName, tableId };
}
