import { classify } from './classes.ts';
import type { Classification } from './classes.ts';
import type { HeapGraph } from './graph.ts';
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
  const merge = new ClassMerge(nodesById(base), nodesById(current));
  return merge.run(sideOf(base, classify(base, currentClasses.shapes)), sideOf(current, currentClasses));
}

interface Side {
  readonly graph: HeapGraph;
  readonly shallow: Uint32Array | Float64Array;
  readonly classes: Classification;
}

function sideOf(graph: HeapGraph, classes: Classification): Side {
  return { graph, classes, shallow: shallowBytes(graph) };
}

/** @returns all nodes, by ascending id */
function nodesById(graph: HeapGraph): Uint32Array {
  return Uint32Array.from({ length: graph.nodeCount }, (_, node) => node).toSorted(
    (left, right) => graph.nodeId[left] - graph.nodeId[right],
  );
}

type Tally = { -readonly [Field in keyof ClassChange]: ClassChange[Field] };

class ClassMerge {
  private readonly tallies = new Map<string, Tally>();
  private readonly baseNodes: Uint32Array;
  private readonly currentNodes: Uint32Array;

  constructor(baseNodes: Uint32Array, currentNodes: Uint32Array) {
    this.baseNodes = baseNodes;
    this.currentNodes = currentNodes;
  }

  run(base: Side, current: Side): ClassChange[] {
    const baseNodes = this.baseNodes.filter((node) => base.shallow[node] !== 0);
    const currentNodes = this.currentNodes.filter((node) => current.shallow[node] !== 0);
    let left = 0;
    let right = 0;
    while (left < baseNodes.length || right < currentNodes.length) {
      const leftId = left < baseNodes.length ? base.graph.nodeId[baseNodes[left]] : Infinity;
      const rightId = right < currentNodes.length ? current.graph.nodeId[currentNodes[right]] : Infinity;
      if (leftId < rightId) this.remove(base, baseNodes[left++]);
      else if (leftId > rightId) this.add(current, currentNodes[right++]);
      else this.match(base, baseNodes[left++], current, currentNodes[right++]);
    }
    return [...this.tallies.values()].toSorted(
      (one, other) => growth(other) - growth(one) || (one.key < other.key ? -1 : 1),
    );
  }

  private match(base: Side, baseNode: number, current: Side, currentNode: number): void {
    if (keyOf(base, baseNode) === keyOf(current, currentNode)) return;
    this.remove(base, baseNode);
    this.add(current, currentNode);
  }

  private add(side: Side, node: number): void {
    const tally = this.tally(side, node);
    tally.addedCount++;
    tally.addedBytes += side.shallow[node];
  }

  private remove(side: Side, node: number): void {
    const tally = this.tally(side, node);
    tally.removedCount++;
    tally.removedBytes += side.shallow[node];
  }

  private tally(side: Side, node: number): Tally {
    const key = keyOf(side, node);
    let tally = this.tallies.get(key);
    if (tally === undefined) {
      const name = side.classes.classNames[side.classes.classOf[node]];
      tally = { key, name, addedCount: 0, removedCount: 0, addedBytes: 0, removedBytes: 0 };
      this.tallies.set(key, tally);
    }
    return tally;
  }
}

function keyOf(side: Side, node: number): string {
  return side.classes.classKeys[side.classes.classOf[node]];
}

function growth(change: ClassChange): number {
  return change.addedBytes - change.removedBytes;
}
