import { describe, expect, it } from 'vitest';
import { distances, NO_DISTANCE, SYSTEM_DISTANCE } from '../../analyzer/heap/distances.ts';
import { shallowBytes } from '../../analyzer/heap/shallow.ts';
import { heap } from './heap-text.ts';

describe('distances', () => {
  it('counts from the global object, and apart from it what only V8 holds', () => {
    const { graph, at } = heap(
      `root -shortcut:1-> global -> a -> b
       root -element:1-> gcRoots -element:0-> b
       gcRoots -element:1-> internals
       a -weak:w-> weakly
       orphan -> a`,
      { gcRoots: { type: 'synthetic' } },
    );
    const distance = distances(graph);
    expect([at.global, at.a, at.b].map((node) => distance[node])).toEqual([1, 2, 3]);
    expect([at.root, at.gcRoots, at.internals].map((node) => distance[node])).toEqual(
      [0, 1, 2].map((step) => SYSTEM_DISTANCE + step),
    );
    expect([at.weakly, at.orphan].map((node) => distance[node])).toEqual([NO_DISTANCE, NO_DISTANCE]);
  });

  it('begins at the root when there is no global object', () => {
    const { graph, at } = heap('root -element:0-> roots -> a', { roots: { type: 'synthetic' } });
    expect([at.root, at.roots, at.a].map((node) => distances(graph)[node])).toEqual([0, 1, 2]);
  });

  it('does not step over descriptors that maps share', () => {
    const { graph, at } = heap('root -shortcut:1-> global -> d -internal:4-> a\nd -internal:5-> b', {
      d: { type: 'array', name: '(map descriptors)' },
    });
    expect([at.a, at.b].map((node) => distances(graph)[node])).toEqual([NO_DISTANCE, 3]);
  });
});

describe('shallowBytes', () => {
  it('counts what V8 keeps behind one object with that object, and what two share with itself', () => {
    const { graph, at } = heap(
      `root -shortcut:1-> global -> map -internal:table-> table -internal:0-> inner
       global -> other -internal:shared-> shared
       map -internal:shared-> shared
       map -weak:w-> weakly`,
      {
        map: { selfSize: 10 },
        table: { type: 'array', selfSize: 100 },
        inner: { type: 'hidden', selfSize: 1000 },
        shared: { type: 'array', selfSize: 7 },
        weakly: { type: 'array', selfSize: 3 },
      },
    );
    const bytes = shallowBytes(graph);
    expect([at.map, at.table, at.inner].map((node) => bytes[node])).toEqual([1110, 0, 0]);
    expect([at.shared, at.weakly, at.other].map((node) => bytes[node])).toEqual([7, 3, 1]);
  });

  it('leaves sizes alone in a file without global objects', () => {
    const { graph } = heap('root -element:0-> roots -> a -> b', {
      roots: { type: 'synthetic' },
      b: { type: 'array', selfSize: 9 },
    });
    expect([...shallowBytes(graph)]).toEqual([1, 1, 1, 9]);
  });
});
