import type { PathTree } from './path-tree.ts';
import { NO_NODE } from './path-tree.ts';

/**
 * Who else refers to some objects, beside the one from which the tree reached them: objects of the tree, over their own storage,
 * those first that refer to most. Goes through all edges twice.
 */
export function otherHolders(tree: PathTree, members: readonly number[]): number[] {
  const { graph, holder } = tree;
  const isMember = marked(graph.nodeCount, members);
  const direct = referrers(tree, isMember);
  const storage = [...direct.keys()].filter((node) => holder[node] === NO_NODE);
  const owners = storage.length === 0 ? [] : [...referrers(tree, marked(graph.nodeCount, storage)).keys()];
  const known = new Set(members.map((node) => holder[node]));
  return [...new Set([...direct.keys(), ...owners])].filter(
    (node) => holder[node] !== NO_NODE && !known.has(node) && isMember[node] === 0,
  );
}

function marked(nodeCount: number, nodes: readonly number[]): Uint8Array {
  const column = new Uint8Array(nodeCount);
  for (const node of nodes) column[node] = 1;
  return column;
}

function referrers({ graph }: PathTree, isWanted: Uint8Array): Map<number, number> {
  const { firstEdge, edgeTo, edgeType } = graph;
  const weak = graph.edgeTypeNames.indexOf('weak');
  const counts = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (isWanted[edgeTo[edge]] === 1 && edgeType[edge] !== weak)
        counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return new Map([...counts].toSorted((a, b) => b[1] - a[1]));
}
