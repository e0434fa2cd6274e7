import { NO_NODE, pathTree } from '../growth/path-tree.ts';
import { pathTrie } from '../growth/path-trie.ts';
import type { PathTrie } from '../growth/path-trie.ts';
import { childLists, NONE } from '../heap/index.ts';
import type { Heap } from '../heap/index.ts';
import { classNamer } from '../model/class-names.ts';
import type { Interner } from '../model/interner.ts';
import { isRootCategory } from '../model/ranks.ts';
import { referenceReader } from '../model/references.ts';
import { nodeRoles } from '../model/roles.ts';
import type { Group, Grouping } from './groupings.ts';
import { pathText } from './path-text.ts';

/**
 * Groups objects by who owns them: the chain of dominators, those of one class that hang off the same owner in the same way taken
 * together. Their bytes are what each keeps alive with all that it owns, so they overlap along a chain.
 */
export function ownerGroupings(labels: Interner): (heap: Heap) => Grouping {
  const paths = pathTrie(labels);
  const owners = pathTrie(labels);
  return (heap) => {
    const { graph, shallow, retained } = heap;
    const classOf = classNamer(graph, labels);
    const groupOfPath = new Map<number, number>(); // PathIndex in `owners` -> GroupIndex
    const groups: Mutable<Group>[] = [];
    const groupOf = ownerPaths(heap, { labels, paths, owners, classOf }).map((path) => {
      if (path === NONE) return NONE;
      const known = groupOfPath.get(path) ?? groups.push(emptyGroup(owners, labels, path)) - 1;
      groupOfPath.set(path, known);
      return known;
    });
    for (let node = 0; node < graph.nodeCount; node++) {
      if (groupOf[node] === NONE) continue;
      const group = groups[groupOf[node]];
      group.objectCount++;
      group.shallowBytes += shallow[node];
      group.retainedBytes += retained[node];
    }
    return { groupOf, groups, classOf };
  };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function emptyGroup(owners: PathTrie, labels: Interner, path: number): Mutable<Group> {
  const name = labels.text(owners.className(path)) || 'object';
  const where = pathText(owners, labels, path);
  const parentKey = String(owners.parent(path));
  return { key: String(path), name, where, parentKey, objectCount: 0, shallowBytes: 0, retainedBytes: 0 };
}

interface Naming {
  readonly labels: Interner;
  readonly paths: PathTrie;
  readonly owners: PathTrie;
  readonly classOf: (node: number) => number;
}

/**
 * @returns NodeIndex -> PathIndex in `owners` | NONE: a group of roots, what the engine keeps for an object, and where a recursive
 * structure folds into its owner's path
 */
function ownerPaths({ graph, dominator }: Heap, { labels, paths, owners, classOf }: Naming): Uint32Array {
  const { holder, via } = pathTree(graph, referenceReader(graph, nodeRoles(graph), labels), paths, classOf);
  const { firstChild, nextSibling } = childLists(dominator);
  const pathOf = new Uint32Array(graph.nodeCount).fill(NONE);
  const pathAt = new Uint32Array(graph.nodeCount); // NodeIndex -> PathIndex, also of what folds into it
  const owner = new Uint32Array(graph.nodeCount); // NodeIndex -> nearest dominator that is an object of the program
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (let child = firstChild[node]; child !== NONE; child = nextSibling[child]) {
      const isObject = holder[child] !== NO_NODE;
      owner[child] = isObject ? child : owner[node];
      pathAt[child] = pathAt[node];
      if (isObject) {
        const label = holder[child] === owner[node] ? via[child] : 0;
        pathAt[child] = owners.child(pathAt[node], label, classOf(child));
        if (pathAt[child] !== pathAt[node] && !isRootCategory(graph, child)) pathOf[child] = pathAt[child];
      }
      waiting.push(child);
    }
  }
  return pathOf;
}
