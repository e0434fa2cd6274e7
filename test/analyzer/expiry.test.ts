import { describe, expect, test } from 'vitest';
import { expiryBy, expiryOnAdding } from '../../analyzer/source/expiry.ts';
import { parsedSource } from './parsed-source.ts';

/** What the timer's function, marked by `@`, does to `cache`. */
function timed(marked: string, name = 'cache') {
  const offset = marked.indexOf('@');
  const file = parsedSource(marked.replace('@', ''));
  return expiryBy(file, name, { source: file, offset });
}

describe('a timer takes entries out', () => {
  test.each([
    ['each its own', 'cache.set(k, v); setTimeout(@() => cache.delete(k), ttl);', false, null],
    ['all at once', 'setInterval(@() => { send(cache); cache = []; }, 60_000);', false, null],
    [
      'those that are too old',
      'setInterval(@() => { for (const [k, e] of cache) if (e.expiresAt < Date.now()) cache.delete(k); }, 1000);',
      true,
      'expiresAt',
    ],
    [
      'but for the younger ones',
      'function sweep@() { for (const [k, e] of cache) { if (e.at + ttl > now) continue; cache.delete(k); } }',
      true,
      'at',
    ],
    [
      'over the methods of a class',
      'class C { del(k) { delete this.cache[k]; } check(k, d) { if (d.t < Date.now()) this.del(k); } sweep@() { this.check(1, this.cache[1]); } }',
      true,
      't',
    ],
    [
      'in a private field',
      'class C { #cache; go() { setTimeout(@() => this.#drop(1)); } #drop(k) { this.#cache.delete(k); } }',
      false,
      null,
    ],
  ])('%s', (_, text, byTime, field) => {
    expect(timed(text, text.includes('#cache') ? '#cache' : 'cache')).toMatchObject({ byTime, field });
  });
});

test.each([
  [
    'which leaves it alone',
    'function end(k) { cache.delete(k); } setInterval(@() => report(cache.size), 1000);',
  ],
  ['another collection', 'function end(k) { cache.delete(k); } setInterval(@() => queue.clear(), 1000);'],
  [
    "another object's method of that name",
    'class C { delete(k) { this.cache.delete(k); } } setInterval(@() => other.delete(1), 9);',
  ],
])('a timer %s', (_, text) => {
  expect(timed(text)).toBe(null);
});

test('adding an entry takes out those that are too old', () => {
  const file = parsedSource(
    'function hit(x) { cache.push(x); while (cache[0].at < Date.now() - SPAN) cache.shift(); }',
  );
  expect(expiryOnAdding(file, 'cache')).toMatchObject({ byTime: true, field: 'at' });
});

test.each([
  [
    'one that is asked for again',
    'function get(k) { if (cache[k].until < Date.now()) delete cache[k]; cache[k] = make(k); }',
  ],
  [
    'all, when somebody asks',
    'function add(k) { cache.set(k, 1); } function sweep() { for (const [k, e] of cache) if (e.until < now) cache.delete(k); }',
  ],
  [
    'for another reason',
    'function add(k) { cache.set(k, 1); for (const [i, e] of cache) if (e.done) cache.delete(i); }',
  ],
])('adding an entry does not take out %s', (_, text) => {
  expect(expiryOnAdding(parsedSource(text), 'cache')).toBe(null);
});
