import { describe, expect, it } from 'vitest';
import { classify, summarizeClasses } from '../../analyzer/heap/classes.ts';
import { compareSnapshots } from '../../analyzer/heap/compare.ts';
import { immediateDominators } from '../../analyzer/heap/dominators.ts';
import { orderBy } from '../../analyzer/heap/order-by.ts';
import { retainedBytes } from '../../analyzer/heap/retained.ts';
import { inferShapes } from '../../analyzer/heap/shapes.ts';
import { random } from './big-graphs.ts';
import { heap } from './heap-text.ts';
import type { NodeText, TextHeap } from './heap-text.ts';

describe('classify', () => {
  it('names nodes as Chrome DevTools does', () => {
    const { graph, at } = heap('root -shortcut:1-> global', {
      map: { name: 'Map' },
      text: { type: 'string', name: 'hello' },
      code: { type: 'code' },
      closure: { type: 'closure', name: 'onClick' },
      regexp: { type: 'regexp', name: '/a/' },
      div: { type: 'native', name: '<div id="a">' },
      lost: { type: 'native', name: '<p class="x">', detachedness: 2 },
      shape: { type: 'object shape', name: 'system / Map' },
    });
    expect(namesOf({ graph, at })).toEqual({
      root: '(synthetic)',
      global: 'global',
      map: 'Map',
      text: '(string)',
      code: '(compiled code)',
      closure: 'Function',
      regexp: 'RegExp',
      div: '<div>',
      lost: 'Detached <p>',
      shape: '(object shape)',
    });
  });

  it('spreads detachedness over native nodes, and attachedness before it', () => {
    const native = { type: 'native' };
    const heapOfNodes = heap(
      'root -> tree -> leaf\n tree -> shared\n document -> shared\n leaf -> script -> below',
      {
        root: {},
        tree: { ...native, detachedness: 2 },
        document: { ...native, detachedness: 1 },
        leaf: native,
        shared: native,
        below: native,
      },
    );
    const names = namesOf(heapOfNodes);
    expect([names.tree, names.leaf, names.shared, names.below]).toEqual([
      'Detached tree',
      'Detached leaf',
      'shared',
      'below',
    ]);
  });

  it('keeps classes of one name apart by where their constructors stand', () => {
    const { graph, at } = heap('root -shortcut:1-> a', {
      a: { name: 'Node', location: [7, 1, 2] },
      b: { name: 'Node', location: [8, 1, 2] },
      c: { name: 'Node', location: [7, 1, 2] },
      d: { name: 'Node' },
    });
    const { classOf, classKeys } = classify(graph);
    expect([at.a, at.b, at.c, at.d].map((node) => classKeys[classOf[node]])).toEqual([
      '7,1,2,Node',
      '8,1,2,Node',
      '7,1,2,Node',
      ',Node',
    ]);
  });

  it('names plain objects by the properties that several of them have', () => {
    const plain = { name: 'Object' };
    const objects = heap(
      `root -shortcut:1-> o1 -.id-> x
       o1 -.name-> y
       o2 -.id-> x
       o2 -.name-> y
       o3 -.name-> y
       o3 -.more-> y
       o3 -.id-> x
       o4 -.lonely-> x`,
      { o1: plain, o2: plain, o3: plain, o4: plain },
    );
    expect(inferShapes(objects.graph)).toEqual([{ name: '{id, name}', properties: ['id', 'name'] }]);
    const names = namesOf(objects);
    expect([names.o1, names.o2, names.o3, names.o4]).toEqual([
      '{id, name}',
      '{id, name}',
      '{id, name}',
      'Object',
    ]);
  });
});

describe('summarizeClasses', () => {
  it('counts nothing twice that an instance holds through another of its class', () => {
    const { graph } = heap('root -shortcut:1-> list -> n1 -> n2 -> n3', {
      n1: { name: 'Item', selfSize: 10 },
      n2: { name: 'Item', selfSize: 10 },
      n3: { name: 'Item', selfSize: 10 },
    });
    const dominator = immediateDominators(graph);
    const shallow = graph.selfSize;
    const retained = retainedBytes(graph, dominator, shallow);
    const classes = summarizeClasses(graph, classify(graph), { shallow, dominator, retained });
    expect(classes.find(({ name }) => name === 'Item')).toEqual({
      key: ',Item',
      name: 'Item',
      objectCount: 3,
      shallowBytes: 30,
      retainedBytes: 30,
      distance: null,
    });
  });
});

describe('orderBy', () => {
  it('sorts as a comparison does, and keeps the order of equals', () => {
    const next = random(7);
    const column = Uint32Array.from({ length: 5000 }, () =>
      Math.floor(next() * (next() < 0.5 ? 40 : 2 ** 32)),
    );
    const expected = [...column.keys()].toSorted(
      (left, right) => column[left] - column[right] || left - right,
    );
    expect([...orderBy(column)]).toEqual(expected);
  });
});

describe('compareSnapshots', () => {
  it('tells per class which ids came and went', () => {
    const text = 'root -shortcut:1-> global';
    const base = heap(text, { a: item(11, 10), b: item(13, 10), c: { name: 'Other', id: 15 } });
    const current = heap(text, {
      b: item(13, 99),
      d: item(17, 10),
      e: item(19, 10),
      c: { name: 'Renamed', id: 15 },
    });
    expect(compareSnapshots(base.graph, current.graph)).toEqual([
      { key: ',Item', name: 'Item', addedCount: 2, removedCount: 1, addedBytes: 20, removedBytes: 10 },
      { key: ',Renamed', name: 'Renamed', addedCount: 1, removedCount: 0, addedBytes: 1, removedBytes: 0 },
      { key: ',Other', name: 'Other', addedCount: 0, removedCount: 1, addedBytes: 0, removedBytes: 1 },
    ]);
  });
});

function item(id: number, selfSize: number): NodeText {
  return { name: 'Item', id, selfSize };
}

function namesOf({ graph, at }: TextHeap): Record<string, string> {
  const { classOf, classNames } = classify(graph);
  return Object.fromEntries(Object.entries(at).map(([name, node]) => [name, classNames[classOf[node]]]));
}
