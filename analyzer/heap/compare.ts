import { classify } from './classes.ts';
import type { Classification } from './classes.ts';
import type { HeapGraph } from './graph.ts';
import { orderBy } from './order-by.ts';
import { shallowBytes } from './shallow.ts';

/** How one class changed from a snapshot to a later one of the same process; nodes are the same when their ids are. */
export interface ClassChange {
  readonly key: string;
  readonly name: string;
  readonly addedCount: number;
  readonly removedCount: number;
  readonly addedBytes: number;
  readonly removedBytes: number;
}

/**
 * What Chrome DevTools' Comparison view shows: per class, the nodes of which only one snapshot has the id. Nodes of
 * shallow size 0 are not counted, and a node that stayed is not, whatever its size became.
 * @returns classes that changed, those that grew most bytes first
 */
export function compareSnapshots(base: HeapGraph, current: HeapGraph): ClassChange[] {
  const currentClasses = classify(current);
  const baseClasses = classify(base, currentClasses.shapes);
  const tallies = new Tallies();
  countChanges(sideOf(base, baseClasses, tallies), sideOf(current, currentClasses, tallies), tallies);
  return tallies.changes();
}

/** A snapshot's counted nodes, by ascending id. */
interface Side {
  readonly ids: Uint32Array; // V8's ids, ascending
  readonly tallyOf: Uint32Array; // as ids: -> TallyIndex of the node's class
  readonly bytes: Uint32Array | Float64Array; // as ids: -> shallow size
}

function sideOf(graph: HeapGraph, classes: Classification, tallies: Tallies): Side {
  const shallow = shallowBytes(graph);
  const order = orderBy(graph.nodeId).filter((node) => shallow[node] !== 0);
  const tallyOfClass = classes.classKeys.map((key, index) => tallies.indexOf(key, classes.classNames[index]));
  return {
    ids: order.map((node) => graph.nodeId[node]),
    tallyOf: order.map((node) => tallyOfClass[classes.classOf[node]]),
    bytes: Float64Array.from(order, (node) => shallow[node]),
  };
}

/** Goes through both by id; a node whose class changed left one and came to the other. */
function countChanges(base: Side, current: Side, tallies: Tallies): void {
  let left = 0;
  let right = 0;
  while (left < base.ids.length || right < current.ids.length) {
    const leftId = left < base.ids.length ? base.ids[left] : Infinity;
    const rightId = right < current.ids.length ? current.ids[right] : Infinity;
    const isSame = leftId === rightId && base.tallyOf[left] === current.tallyOf[right];
    if (leftId <= rightId) {
      if (!isSame) tallies.remove(base.tallyOf[left], base.bytes[left]);
      left++;
    }
    if (rightId <= leftId) {
      if (!isSame) tallies.add(current.tallyOf[right], current.bytes[right]);
      right++;
    }
  }
}

type Tally = { -readonly [Field in keyof ClassChange]: ClassChange[Field] };

class Tallies {
  private readonly tallies: Tally[] = [];
  private readonly indexes = new Map<string, number>();

  /** @returns TallyIndex of the class of this key */
  indexOf(key: string, name: string): number {
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    const index =
      this.tallies.push({ key, name, addedCount: 0, removedCount: 0, addedBytes: 0, removedBytes: 0 }) - 1;
    this.indexes.set(key, index);
    return index;
  }

  add(index: number, bytes: number): void {
    this.tallies[index].addedCount++;
    this.tallies[index].addedBytes += bytes;
  }

  remove(index: number, bytes: number): void {
    this.tallies[index].removedCount++;
    this.tallies[index].removedBytes += bytes;
  }

  changes(): ClassChange[] {
    return this.tallies
      .filter(({ addedCount, removedCount }) => addedCount + removedCount > 0)
      .toSorted((one, other) => growth(other) - growth(one) || (one.key < other.key ? -1 : 1));
  }
}

function growth(change: ClassChange): number {
  return change.addedBytes - change.removedBytes;
}
