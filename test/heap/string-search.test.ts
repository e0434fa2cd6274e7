import { expect, test } from 'vitest';
import type { StringTable } from '../../analyzer/heap/index.ts';
import { StringCollector } from '../../analyzer/heap/string-table.ts';

/** A table over these texts as V8 would have written them, or as the spellings say. */
function tableOf(texts: readonly string[], spell: (text: string) => string = spelledByV8): StringTable {
  const section = Buffer.from(`${texts.map(spell).join(',\n')}]`);
  const collector = new StringCollector(section.length);
  collector.add(section);
  return collector.finish();
}

/** Beyond ASCII V8 writes the number of each UTF-16 unit. */
function spelledByV8(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

function found(table: StringTable, text: string): number[] {
  return [...table.containing(text).entries()].flatMap(([index, isFound]) => (isFound === 1 ? [index] : []));
}

const TEXTS = [
  'Map',
  'a map of maps',
  'mat',
  '',
  'ma',
  'p',
  'café',
  'line\none',
  'say "hi"',
  'C:\\new',
  'a/b.js',
];

test.each([
  ['map', [0, 1]],
  ['MAP', [0, 1]],
  ['p', [0, 1, 5]],
  ['map"', []],
  ['mapma', []],
  ['É', [6]],
  ['caf', [6]],
  ['\n', [7]],
  ['one', [7]],
  ['"hi', [8]],
  ['\\n', [9]],
  ['new', [9]],
  ['a/B', [10]],
  ['a text longer than all of the others and the whole section together'.repeat(9), []],
])('%j is found in whatever case, in what the strings say', (text, indices) => {
  expect(found(tableOf(TEXTS), text)).toEqual(indices);
});

test('letters of an escape are not letters of the text', () => {
  const table = tableOf(['\n', '\u00e9', '\\n', '\\\n', '\\u00e9', 'u00e9', '\u00e9u']);
  expect(found(table, 'n')).toEqual([2]);
  expect(found(table, 'u00')).toEqual([4, 5]);
  expect(found(table, 'u')).toEqual([4, 5, 6]);
});

test('a slash is found however it is spelled', () => {
  const spellings = { 'a/b': '"a\\/b"', 'c/d': '"c/d"' };
  const table = tableOf(['a/b', 'c/d'], (text) => spellings[text as keyof typeof spellings]);
  expect(found(table, 'a/b')).toEqual([0]);
  expect(found(table, 'C/D')).toEqual([1]);
});

test('every string contains nothing, and an empty table has none', () => {
  expect(found(tableOf(['a', 'b']), '')).toEqual([0, 1]);
  expect(found(tableOf([]), 'a')).toEqual([]);
});

test('finds what a look at every string finds', () => {
  let state = 7;
  const random = (limit: number) => (state = (state * 48_271) % 2_147_483_647) % limit;
  const letters = 'aAbBnu0\\"/\n\u00e9';
  const text = (length: number) => Array.from({ length }, () => letters[random(letters.length)]).join('');
  const texts = Array.from({ length: 2000 }, () => text(random(12)));
  const table = tableOf(texts);
  for (let round = 0; round < 300; round++) {
    const part = text(1 + random(3));
    const expected = texts.flatMap((one, index) =>
      one.toLowerCase().includes(part.toLowerCase()) ? [index] : [],
    );
    expect({ part, found: found(table, part) }).toEqual({ part, found: expected });
  }
});
