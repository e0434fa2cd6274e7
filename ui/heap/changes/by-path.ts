import { NO_NODE, pathTree } from '../../../analyzer/growth/path-tree.ts';
import type { PathTree } from '../../../analyzer/growth/path-tree.ts';
import { pathTrie } from '../../../analyzer/growth/path-trie.ts';
import type { PathTrie } from '../../../analyzer/growth/path-trie.ts';
import {
  NONE,
  childLists,
  immediateDominators,
  retainedBytes,
  shallowBytes,
} from '../../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../../analyzer/heap/index.ts';
import { classNamer } from '../../../analyzer/model/class-names.ts';
import { interner } from '../../../analyzer/model/interner.ts';
import type { Interner } from '../../../analyzer/model/interner.ts';
import { isRootCategory } from '../../../analyzer/model/ranks.ts';
import { referenceReader } from '../../../analyzer/model/references.ts';
import { nodeRoles } from '../../../analyzer/model/roles.ts';
import { pathText } from './path-text.ts';
import type { Grouper, Groups } from './grouping.ts';

/** By the shortest chain of references that leads to an object, as the verdict sees it: `sessions[…]`. */
export function byPath(groups: Groups): Grouper {
  const labels = interner();
  const trie = pathTrie(labels);
  return (graph) => {
    const tree = treeOf(graph, labels, trie);
    const groupOf = new Uint32Array(graph.nodeCount).fill(NONE);
    const groupOfPath = pathGroups(groups, trie, labels);
    for (const node of tree.order)
      if (!isRootCategory(graph, node)) groupOf[node] = groupOfPath(tree.path[node]);
    return { groupOf, bytes: tree.ownBytes };
  };
}

/**
 * By who owns an object: the chain of dominators, those of one class that hang off the same owner in the same way taken
 * together. Bytes are what each keeps alive with all that it owns, so they overlap along a chain and are not to be added.
 */
export function byOwner(groups: Groups): Grouper {
  const labels = interner();
  const paths = pathTrie(labels);
  const owners = pathTrie(labels);
  return (graph) => {
    const tree = treeOf(graph, labels, paths);
    const dominator = immediateDominators(graph);
    const bytes = retainedBytes(graph, dominator, shallowBytes(graph));
    const { ownerPath, isTop } = ownerPaths(tree, dominator, owners, classNamer(graph, labels));
    const groupOfPath = pathGroups(groups, owners, labels);
    const groupOf = new Uint32Array(graph.nodeCount).fill(NONE);
    for (const node of tree.order)
      if (isTop[node] === 1 && !isRootCategory(graph, node)) groupOf[node] = groupOfPath(ownerPath[node]);
    return { groupOf, bytes };
  };
}

function treeOf(graph: HeapGraph, labels: Interner, trie: PathTrie): PathTree {
  const reader = referenceReader(graph, nodeRoles(graph), labels);
  return pathTree(graph, reader, trie, classNamer(graph, labels));
}

function pathGroups(groups: Groups, trie: PathTrie, labels: Interner): (path: number) => number {
  const known: number[] = []; // PathIndex -> GroupIndex
  return (path) =>
    (known[path] ??= groups.indexOf(String(path), () => ({
      name: labels.text(trie.className(path)) || '(no name)',
      detail: pathText(trie, labels, path),
    })));
}

/** What the engine keeps for an object has its path; `isTop` is 0 where a recursive structure folds into its owner's. */
function ownerPaths(
  { graph, holder, via }: PathTree,
  dominator: Uint32Array,
  owners: PathTrie,
  classOf: (node: number) => number,
): { ownerPath: Uint32Array; isTop: Uint8Array } {
  const ownerPath = new Uint32Array(graph.nodeCount);
  const isTop = new Uint8Array(graph.nodeCount);
  const owner = new Uint32Array(graph.nodeCount); // NodeIndex -> nearest dominator that is an object of the program
  const { firstChild, nextSibling } = childLists(dominator);
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (let child = firstChild[node]; child < graph.nodeCount; child = nextSibling[child]) {
      const isObject = holder[child] !== NO_NODE;
      owner[child] = isObject ? child : owner[node];
      ownerPath[child] = ownerPath[node];
      if (isObject) {
        const label = holder[child] === owner[node] ? via[child] : 0;
        ownerPath[child] = owners.child(ownerPath[node], label, classOf(child));
        isTop[child] = ownerPath[child] === ownerPath[node] ? 0 : 1;
      }
      waiting.push(child);
    }
  }
  return { ownerPath, isTop };
}
