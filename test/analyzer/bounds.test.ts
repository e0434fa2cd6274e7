import { describe, expect, test } from 'vitest';
import { boundOn, boundOnElements } from '../../analyzer/source/bounds.ts';
import { settingsOf } from '../../analyzer/source/settings.ts';
import { parsedSource } from './parsed-source.ts';

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
      'by what is too much, kept in a variable',
      'function log() { var max = this.maxSize; var n = this.record.length - max; if (n > max / 10) this.record = this.record.slice(n); }',
      'record',
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
    [
      'after the way out',
      'function hit(id) { const old = map[id]; if (!old) { ++size; if (size <= limit) return; delete map[oldest]; } }',
      'map',
      'limit',
    ],
    ['by a ring', 'class R { add(x) { this.ring[this.count++ % this.capacity] = x; } }', 'ring', 'capacity'],
    [
      'by a ring whose index is reckoned elsewhere',
      'class R { #ring = []; add(x) { this.#ring[this.at] = x; this.at = (this.at + 1) % this.capacity; } }',
      '#ring',
      'capacity',
    ],
    [
      'by a ring whose index is set back',
      'function add(x) { ring[at++] = x; if (at === SIZE) { at = 0; } }',
      'ring',
      'SIZE',
    ],
    [
      'by a ring that is first filled',
      'function add(x) { if (ring.length < SIZE) ring.push(x); else { ring[at] = x; at = (at + 1) % SIZE; } }',
      'ring',
      'SIZE',
    ],
    [
      'by the room that is left',
      'class Pool { get room() { return this.config.max - (this.all.size + this.made); } }',
      'all',
      'max',
    ],
    [
      'by looking through it now and then',
      'if (list.length % EVERY === 0) { const rest = new Array(2); fill(rest); list = rest; }',
      'list',
      'EVERY',
    ],
    ['by taking no more', 'if (memo.size < MAX_MEMO) memo.set(key, value);', 'memo', 'MAX_MEMO'],
    [
      'by taking no more, the other way round',
      'function add(x) { if (this.rows.length >= this.maxRows) return; this.rows.push(x); }',
      'rows',
      'maxRows',
    ],
    [
      'by taking no more, and counting what was refused',
      'function add(x) { if (this.spans.length >= this.maxQueueSize) { this.dropped++; return; } this.spans.push(x); } function flush(n) { return this.spans.splice(0, n); }',
      'spans',
      'maxQueueSize',
    ],
    [
      'by taking no more but in place of another one',
      'function add(x) { const size = this.heap.size() + 1; if (size <= this.limit) { this.heap.add(x); } else if (x > this.heap.first()) { this.heap.removeFirst(); this.heap.add(x); } }',
      'heap',
      'limit',
    ],
  ])('%s', (_, text, name, limit) => {
    expect(boundOn(parsedSource(text), name)).toMatchObject({ limit, size: limit === null ? 1000 : null });
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
    [
      'a bound that only one of two additions heeds',
      'if (cache.size < MAX) cache.set(1, 2); cache.set(2, 3);',
    ],
    ['a ring that is added to as well', 'cache[n++ % SIZE] = 1; cache.push(2);'],
    ['an index that begins anew with nothing', 'cache[at++] = 1; function reset() { at = 0; }'],
    ['an age', 'function get(k) { if (Date.now() < c.maxAge) return c; cache.delete(k); }'],
    ['a number of attempts', 'if (attempts < maxAttempts) cache.push(1);'],
    ['the way through a list', 'for (let i = 0; i < cache.length; i++) cache.splice(i, 1);'],
  ])('%s', (_, text) => {
    expect(boundOn(parsedSource(text), 'cache')).toBe(null);
  });
});

describe('bounds on the elements of a collection', () => {
  test.each([
    [
      'in a Map',
      'const feed = feeds.get(team) ?? []; feed.push(1); if (feed.length > 400) feed.splice(0, 240);',
    ],
    ['in an array', 'const feed = feeds[team]; if (feed.length > MAX) feed.shift();'],
    ['one after the other', 'for (const [team, feed] of feeds) while (feed.size > MAX) feed.delete(1);'],
    ['each', 'feeds.forEach((feed) => { if (feed.length > MAX) feed.length = 0; });'],
  ])('%s', (_, text) => {
    expect(boundOnElements(parsedSource(text), 'feeds')).not.toBe(null);
  });

  test.each([
    ['of another collection', 'const feed = others[team]; if (feed.length > MAX) feed.shift();'],
    [
      'of another function',
      'function a(t) { const list = feeds[t]; list.push(1); } function b() { const list = others(); if (list.length > MAX) list.shift(); }',
    ],
    ['that are taken out whole', 'if (feeds.size > MAX) feeds.delete(oldest);'],
  ])('not %s', (_, text) => {
    expect(boundOnElements(parsedSource(text), 'feeds')).toBe(null);
  });
});

test.each([
  ['an option', 'new Cache({ max: 500 })', [500]],
  ['a default', 'class A { constructor(o) { this.max = o.max || 200; } }', [200]],
  [
    'a default that has a name',
    'const MOST = 2 ** 10; class A { constructor(o) { this.max = o.max ?? MOST; } }',
    [1024],
  ],
  ['what only the program knows', 'new Cache({ max: config.max })', [Number.NaN]],
])('%s is what a limit is set to', (_, text, values) => {
  expect(settingsOf(parsedSource(text), 'max')).toEqual(values);
});
