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
import { OUTER_SCOPE_LABEL, SCOPE_LABEL } from '../model/labels.ts';
import { referenceReader } from '../model/references.ts';
import { nodeRoles } from '../model/roles.ts';

/** What objects are counted by: their constructor, their properties, or the way they are reached. */
export type GroupBy = 'class' | 'shape' | 'path';

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
  readonly name: string;
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

/** `scriptId,line,column,name`: a script has another number in every process. */
const keyWithoutScript = (key: string) => key.replace(/^\d*,/, '');

function groupByPath(heap: Heap, labels: Interner, trie: PathTrie): Grouping {
  const { graph } = heap;
  const reader = referenceReader(graph, nodeRoles(graph), labels);
  const classOf = classNamer(graph, labels);
  const tree = pathTree(graph, reader, trie, classOf);
  const { count, own, below } = bytesByPath(tree, trie.size);
  const paths = Array.from(count.keys()).filter((path) => path !== 0 && count[path] > 0);
  const groups = paths.map((path): Group => ({
    key: String(path),
    name: pathText(trie, labels, path),
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

const MAX_STEPS = 8; // of a path, counted from its end; what comes before is how Node itself is held

/** `global.process.mainModule.exports.cache[…] Session`: references from the root on, the class at the end. */
function pathText(trie: PathTrie, labels: Interner, path: number): string {
  const steps: string[] = [];
  let at = path;
  for (; at !== 0 && steps.length < MAX_STEPS; at = trie.parent(at)) {
    const step = stepText(labels.text(trie.label(at)), labels.text(trie.className(at)));
    if (step !== '') steps.unshift(step);
  }
  const className = labels.text(trie.className(path));
  return `${at === 0 ? '' : '…'}${steps.join('')} ${className === '' ? 'object' : className}`;
}

function stepText(label: string, className: string): string {
  if (label === SCOPE_LABEL || label === OUTER_SCOPE_LABEL) return '';
  if (label === '(root)') return className;
  if (label.startsWith('.')) return label.startsWith('.<') ? `[${label.slice(1)}]` : label;
  if (label.startsWith('$')) return ` ${label.slice(1)}`;
  return label.startsWith('[') || label.startsWith('{') ? '[…]' : ` ${label}`;
}
