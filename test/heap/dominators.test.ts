import { describe, expect, it } from 'vitest';
import { hasBit } from '../../analyzer/heap/bit-column.ts';
import type { BitColumn } from '../../analyzer/heap/bit-column.ts';
import { dominatorTree, immediateDominators } from '../../analyzer/heap/dominators.ts';
import { essentialEdges } from '../../analyzer/heap/essential-edges.ts';
import type { HeapGraph } from '../../analyzer/heap/graph.ts';
import { retainedBytes } from '../../analyzer/heap/retained.ts';
import { graphOf, random, randomGraph } from './big-graphs.ts';
import { EDGE_TYPES, heap, TextStrings } from './heap-text.ts';

describe('immediateDominators', () => {
  it('is the node where all paths meet', () => {
    const { graph, at } = heap(`root -> a -> b -> d
                                a -> c -> d`);
    const dominator = immediateDominators(graph);
    expect(dominator[at.d]).toBe(at.a);
    expect(dominator[at.b]).toBe(at.a);
    expect(dominator[at.root]).toBe(at.root);
  });

  it('does not follow weak edges, shortcuts below the root, and edges to the node itself', () => {
    const { graph, at } = heap(`root -> a -> b
                                root -weak:x-> b
                                root -> c -shortcut:s-> b
                                b -.self-> b`);
    expect(immediateDominators(graph)[at.b]).toBe(at.a);
  });

  it('does not let V8 hold what the global object reaches', () => {
    const { graph, at } = heap(
      `root -shortcut:1-> global -> a
       root -element:1-> gcRoots -element:1-> a`,
      { gcRoots: { type: 'synthetic' } },
    );
    expect(immediateDominators(graph)[at.a]).toBe(at.global);
  });

  it('gives the value of a WeakMap to its key', () => {
    const { graph, at } = weakMapHeap();
    expect(immediateDominators(graph)[at.value]).toBe(at.key);
  });

  it('hangs what nothing retains off the root, and what only a dead cycle retains', () => {
    const { graph, at } = heap(`root -> a
                                orphan -> below -> a
                                x -> y -> x`);
    const dominator = immediateDominators(graph);
    expect([at.a, at.orphan, at.x, at.y].map((node) => dominator[node])).toEqual([0, 0, 0, 0]);
    expect(dominator[at.below]).toBe(at.orphan);
  });

  it('works on a lone root', () => {
    expect([...immediateDominators(heap('root').graph)]).toEqual([0]);
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'agrees with brute force on random graph %i',
    (seed) => {
      const nodeCount = 2 + (seed % 23);
      const graph = randomGraph(seed, nodeCount, Math.floor(nodeCount * (0.5 + (seed % 5) / 2)));
      const dominator = immediateDominators(graph);
      const expected = bruteForceDominators(graph);
      for (const node of expected.keys()) expect([node, dominator[node]]).toEqual([node, expected.get(node)]);
    },
  );

  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'follows the essential edges of random graph %i, whose edges are of all types',
    (seed) => {
      const nodeCount = 2 + (seed % 53);
      const graph = withRandomTypes(randomGraph(seed, nodeCount, nodeCount * (1 + (seed % 3))), seed);
      const dominator = immediateDominators(graph);
      for (const [node, expected] of bruteForceDominators(graph)) {
        expect([node, dominator[node]]).toEqual([node, expected]);
      }
    },
  );

  it('gives an order in which each node stands behind its dominator', () => {
    const graph = withRandomTypes(randomGraph(7, 500, 1500), 7);
    const { dominator, order } = dominatorTree(graph);
    const rank = new Map([...order].map((node, index) => [node, index]));
    expect(rank.size).toBe(order.length);
    expect(order[0]).toBe(0);
    for (const node of order.slice(1)) expect(rank.get(dominator[node])).toBeLessThan(rank.get(node)!);
  });

  it.each([
    ['a list', (count: number) => (node: number) => (node < count - 1 ? [node + 1] : [])],
    [
      'a list with ways back',
      (count: number) => (node: number) => [Math.min(node + 1, count - 1), node >> 1],
    ],
    ['a star', (count: number) => (node: number) => (node === 0 ? range(1, count) : [])],
    ['an unreachable half', (count: number) => (node: number) => [(node + 2) % count]],
  ])('is linear on %s of 300,000', (_, edgesOf) => {
    const count = 300_000;
    const graph = graphFrom(count, edgesOf(count));
    const dominator = immediateDominators(graph);
    const retained = retainedBytes(graph, dominator);
    expect(retained[0]).toBe(count);
  });
});

describe('retainedBytes', () => {
  it('counts each node with all that it dominates', () => {
    const { graph, at } = heap(
      `root -> a -> b -> d
       a -> c -> d`,
      { a: { selfSize: 10 }, d: { selfSize: 100 } },
    );
    const retained = retainedBytes(graph, immediateDominators(graph));
    expect([at.root, at.a, at.b, at.c, at.d].map((node) => retained[node])).toEqual([113, 112, 1, 1, 100]);
  });
});

/** A heap whose edges 1 and 2 are named as V8 names the two edges to a WeakMap's value. */
function weakMapHeap(): ReturnType<typeof heap> {
  const { graph, at } = heap(
    `root -shortcut:1-> global -> key
     global -> table
     key -internal:1-> value
     table -internal:2-> value`,
    { key: { id: 5 }, value: { id: 7 }, table: { id: 9 } },
  );
  const texts = Array.from({ length: graph.strings.count }, (_, index) => pairName(graph.strings.get(index)));
  const strings = new TextStrings(texts);
  return { graph: { ...graph, strings }, at };
}

function pairName(text: string): string {
  if (text !== '1' && text !== '2') return text;
  return `${text} / part of key (Object @5) -> value (Object @7) pair in WeakMap (table @9)`;
}

/** Every second edge gets another type, and every second one of the root is a shortcut. */
function withRandomTypes(graph: HeapGraph, seed: number): HeapGraph {
  const next = random(seed);
  const edgeType = graph.edgeType.map((type, edge) => {
    if (next() < 0.5) return type;
    const isRoots = edge < graph.firstEdge[1];
    return isRoots ? EDGE_TYPES.indexOf('shortcut') : Math.floor(next() * EDGE_TYPES.length);
  });
  return { ...graph, edgeType };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function graphFrom(nodeCount: number, edgesOf: (node: number) => number[]): HeapGraph {
  const from: number[] = [];
  const to: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    for (const target of edgesOf(node)) {
      from.push(node);
      to.push(target);
    }
  }
  return graphOf(nodeCount, from, to);
}

/** For each reachable node: of the nodes without which it can't be reached, the one that the others dominate. */
function bruteForceDominators(graph: HeapGraph): Map<number, number> {
  const essential = essentialEdges(graph);
  const all = reachableWithout(graph, essential, -1);
  const dominators = new Map<number, Set<number>>([...all].map((node) => [node, new Set()]));
  for (const cut of all) {
    const reached = reachableWithout(graph, essential, cut);
    for (const node of all) if (node !== cut && !reached.has(node)) dominators.get(node)!.add(cut);
  }
  dominators.delete(0);
  return new Map(
    [...dominators].map(([node, set]) => [
      node,
      [...set].find((one) => (dominators.get(one)?.size ?? 0) === set.size - 1)!,
    ]),
  );
}

/** What the root, and what nothing retains, reaches when one node is taken away. */
function reachableWithout(graph: HeapGraph, essential: BitColumn, cut: number): Set<number> {
  const retained = new Set<number>();
  graph.edgeTo.forEach((to, edge) => hasBit(essential, edge) && retained.add(to));
  const starts = range(0, graph.nodeCount).filter((node) => node === 0 || !retained.has(node));
  const reached = new Set<number>();
  const pending = cut === 0 ? [] : starts.filter((node) => node !== cut);
  while (pending.length > 0) {
    const node = pending.pop()!;
    if (reached.has(node)) continue;
    reached.add(node);
    for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
      if (hasBit(essential, edge) && graph.edgeTo[edge] !== cut) pending.push(graph.edgeTo[edge]);
    }
  }
  return reached;
}
