import type { Members } from './count-changes.ts';

/** Objects by group of which only one of two snapshots has the id. */
export interface CameAndWent {
  readonly came: ReadonlyMap<number, number>; // GroupIndex -> objects
  readonly went: ReadonlyMap<number, number>; // GroupIndex -> objects
}

/** Goes through both by id; an object that changed its group left one and came to the other. */
export function cameAndWent(before: Members, after: Members): CameAndWent {
  const came = new Map<number, number>();
  const went = new Map<number, number>();
  let left = 0;
  let right = 0;
  while (left < before.ids.length || right < after.ids.length) {
    const leftId = before.ids[left] ?? Infinity;
    const rightId = after.ids[right] ?? Infinity;
    const isSame = leftId === rightId && before.groupOf[left] === after.groupOf[right];
    if (leftId <= rightId) {
      if (!isSame) count(went, before.groupOf[left]);
      left++;
    }
    if (rightId <= leftId) {
      if (!isSame) count(came, after.groupOf[right]);
      right++;
    }
  }
  return { came, went };
}

function count(counts: Map<number, number>, group: number): void {
  counts.set(group, (counts.get(group) ?? 0) + 1);
}
