import { pathTree } from '../growth/path-tree.ts';
import type { PathTree } from '../growth/path-tree.ts';
import { pathTrie } from '../growth/path-trie.ts';
import type { PathTrie } from '../growth/path-trie.ts';
import { classify, NONE, summarizeClasses } from '../heap/index.ts';
import type { Heap, ShapeDefinition } from '../heap/index.ts';
import { inferShapes } from '../heap/shapes.ts';
import { classNamer } from '../model/class-names.ts';
import { interner } from '../model/interner.ts';
import type { Interner } from '../model/interner.ts';
import { referenceReader } from '../model/references.ts';
import { nodeRoles } from '../model/roles.ts';
import { ownerGroupings } from './owner-groupings.ts';
import { pathText } from './path-text.ts';

/** What objects are counted by: their constructor, their properties, the way they are reached, or who owns them. */
export type GroupBy = 'class' | 'shape' | 'path' | 'owner';

/** The objects of one snapshot in groups that can be found again in another. */
export interface Grouping {
  readonly groupOf: Uint32Array; // NodeIndex -> index in `groups` | NONE: not counted
  readonly groups: readonly Group[];
  /** A number for the object's class, the same in every snapshot: an id that means another class is no id. */
  readonly classOf: (node: number) => number;
}

export interface Group {
  /** The same in every snapshot. */
  readonly key: string;
  /** Its class. */
  readonly name: string;
  /** `global.process…cache[…]`: where it is held; null where objects are not told apart by that. */
  readonly where: string | null;
  readonly objectCount: number;
  readonly shallowBytes: number;
  /** Nothing is counted twice: of objects that hold each other, what the outermost retains. */
  readonly retainedBytes: number;
  /** For paths: the group above; it has grown as well, when this one grew because there are more of those. */
  readonly parentKey: string | null;
}

/** Makes the groupings of several snapshots, so that equal groups have equal keys. Shapes are those of the first one it is given. */
export function groupings(by: GroupBy): (heap: Heap) => Grouping {
  const labels = interner();
  if (by === 'path') {
    const trie = pathTrie(labels);
    return (heap) => groupByPath(heap, labels, trie);
  }
  if (by === 'owner') return ownerGroupings(labels);
  let shapes: readonly ShapeDefinition[] | null = by === 'class' ? [] : null;
  return (heap) => groupByClass(heap, labels, (shapes ??= inferShapes(heap.graph)));
}

function groupByClass(heap: Heap, labels: Interner, shapes: readonly ShapeDefinition[]): Grouping {
  const classes = classify(heap.graph, shapes);
  const indexOf = new Map<string, number>();
  const groups = summarizeClasses(heap.graph, classes, heap).map((summary, index): Group => {
    indexOf.set(summary.key, index);
    const { name, objectCount, shallowBytes, retainedBytes } = summary;
    return {
      key: keyWithoutScript(summary.key),
      name,
      where: null,
      objectCount,
      shallowBytes,
      retainedBytes,
      parentKey: null,
    };
  });
  const groupOfClass = Uint32Array.from(classes.classKeys, (key) => indexOf.get(key) ?? NONE);
  const groupOf = Uint32Array.from(classes.classOf, (index, node) =>
    heap.shallow[node] === 0 ? NONE : groupOfClass[index],
  );
  return { groupOf, groups, classOf: classNamer(heap.graph, labels) };
}

/** Of a class's key, `scriptId,line,column,name`, what is the same in every process: a script has another number in each. */
export function keyWithoutScript(classKey: string): string {
  return classKey.replace(/^\d*,/, '');
}

function groupByPath(heap: Heap, labels: Interner, trie: PathTrie): Grouping {
  const { graph } = heap;
  const reader = referenceReader(graph, nodeRoles(graph), labels);
  const classOf = classNamer(graph, labels);
  const tree = pathTree(graph, reader, trie, classOf);
  const { count, own, below } = bytesByPath(tree, trie.size);
  const paths = Array.from(count.keys()).filter((path) => path !== 0 && count[path] > 0);
  const groups = paths.map((path): Group => ({
    key: String(path),
    name: labels.text(trie.className(path)) || 'object',
    where: pathText(trie, labels, path),
    objectCount: count[path],
    shallowBytes: own[path],
    retainedBytes: below[path],
    parentKey: String(trie.parent(path)),
  }));
  const groupOfPath = new Uint32Array(trie.size).fill(NONE);
  paths.forEach((path, index) => (groupOfPath[path] = index));
  return { groupOf: tree.path.map((path) => groupOfPath[path]), groups, classOf };
}

/** PathIndex -> objects, their bytes with the storage they own, and the bytes of all that is reached over them. */
function bytesByPath(tree: PathTree, pathCount: number) {
  const { order, path, holder, ownBytes } = tree;
  const count = new Uint32Array(pathCount);
  const own = new Float64Array(pathCount);
  const below = new Float64Array(pathCount);
  const held = Float64Array.from(ownBytes); // NodeIndex -> bytes of all below it in the tree
  for (let at = order.length - 1; at > 0; at--) {
    const node = order[at];
    count[path[node]]++;
    own[path[node]] += ownBytes[node];
    held[holder[node]] += held[node];
    if (path[holder[node]] !== path[node]) below[path[node]] += held[node];
  }
  return { count, own, below };
}
