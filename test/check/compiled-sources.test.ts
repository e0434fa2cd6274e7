import { expect, test } from 'vitest';
import { locator } from '../../analyzer/source/locate.ts';
import type { Locator } from '../../analyzer/source/locate.ts';

const FILE = '/app/cart.ts';

/** A script as vitest gives it to the engine: in a function and a block, before which the engine begins to count. */
function linesOf(code: string, prefix = '(async (exports) => {{'): Locator {
  return locator(
    '/app',
    [FILE],
    new Map([[FILE, { text: `${prefix}${code}\n}})`, prefixLength: prefix.length }]]),
  );
}

const at = (line: number, column: number) => ({ script: FILE, line, column });

test.each<[code: string, className: string, name: string | null]>([
  ['const lines = [];\nfunction add(line) { lines.push(line); }', 'Array', 'lines'],
  ['const lines = [], seen = new Map();\nfunction add(line) {}', 'Map', 'seen'],
  ['const bus = new EventEmitter().setMaxListeners(0);\nfunction add() {}', 'EventEmitter', 'bus'],
  ['let shop = new models.Shop();\nfunction add() {}', 'Shop', 'shop'],
  ['const index = {};\nfunction add() {}', 'Object', 'index'],
  ['const lines = [], more = [];\nfunction add() {}', 'Array', null], // either may be meant
  ['const lines = load();\nfunction add() {}', 'Array', null],
  ['let lines;\nfunction add() { const own = []; }', 'Array', null], // a function's variables have their names
  ['function add() { { const own = []; } }', 'Array', null], // in a block that does not hold the function
])('in a block, %s: %s is called %s', (code, className, name) => {
  const line = code.split('\n').length;
  expect(linesOf(code).blockVariable(at(line, 1), className)).toBe(name);
});

test('a variable is found from the column on that the engine counts from', () => {
  const lines = linesOf('const lines = []; function add() { lines.push(1); }');
  const found = lines.locate({ position: at(1, 19), look: 'variable', name: 'lines', className: null });
  expect(found.location).toEqual({ file: 'cart.ts', line: 1, column: 7 });
});

test('an inline source map leads on, also from indentation, which has no original', () => {
  const map = { version: 3, sources: ['cart.ts'], names: [], mappings: 'CAEA' };
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  const lines = linesOf(` add();\n//# sourceMappingURL=${url}`);
  expect(lines.toSource(FILE, 1, 1)).toEqual({ file: 'cart.ts', line: 3, column: 1 });
});
