import { parse } from 'acorn';
import { describe, expect, test } from 'vitest';
import { boundOn } from '../../analyzer/source/bounds.ts';
import type { SourceFile } from '../../analyzer/source/source-file.ts';

const source = (text: string) =>
  ({ text, program: parse(text, { ecmaVersion: 'latest', sourceType: 'module' }) }) as unknown as SourceFile;

describe('bounds', () => {
  test.each([
    ['by a number', 'if (cache.size > 1000) cache.delete(oldest);', 'cache', null],
    ['by a constant', 'if (list.length >= MAX_ITEMS) { list.shift(); }', 'list', 'MAX_ITEMS'],
    ['the other way round', 'if (this.max < this.map.size) this.map.clear();', 'map', 'max'],
    ['in a loop', 'while (this.limit && this.items.length > this.limit) this.items.pop();', 'items', 'limit'],
    ['with an operator', 'this.count === this.capacity && delete this.byKey[oldest];', 'byKey', 'capacity'],
    [
      'by a new generation',
      'if (this._size >= this.maxSize) { this.old = this.now; this.now = new Map(); }',
      'now',
      'maxSize',
    ],
    [
      'in a method of its own',
      'class Lru { evict() { this.map.delete(1); } set(k) { if (this.size > this.max) this.evict(); } }',
      'map',
      'max',
    ],
    [
      'a private field',
      'class A { #m = new Map(); s() { if (this.#m.size > this.max) this.#m.clear(); } }',
      '#m',
      'max',
    ],
    [
      'a property named by a symbol',
      "const CACHE = Symbol('cache'); if (self[LENGTH] > self[MAX]) self[CACHE].delete(1);",
      '<symbol cache>',
      'MAX',
    ],
  ])('%s', (_, text, name, limit) => {
    expect(boundOn(source(text), name)?.limit).toBe(limit);
  });
});

describe('bounds nothing', () => {
  test.each([
    ['a removal without a size', 'function end(id) { cache.delete(id); }'],
    ['a size of another collection', 'if (queue.length > MAX) queue.shift(); cache.set(1, 2);'],
    ['asking whether it is empty', 'if (cache.size > 0) cache.delete(1);'],
    [
      'a size that makes a warning',
      'if (cache.size > MAX) console.warn(1); function end(id) { cache.delete(id); }',
    ],
    ['a bound that is switched on', 'if (isBounded && cache.size > MAX) cache.delete(1);'],
    ['a bound in a branch that is switched on', 'if (!isFree) { if (cache.size > MAX) cache.clear(); }'],
    ['a bound that may be infinite', 'max < Infinity && cache.length > max && cache.splice(0, 1);'],
    ['the way through a list', 'for (let i = 0; i < cache.length; i++) cache.splice(i, 1);'],
  ])('%s', (_, text) => {
    expect(boundOn(source(text), 'cache')).toBe(null);
  });
});
