import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  additions,
  functionNameAt,
  globalDeclaration,
  propertyDeclaration,
  variableDeclaration,
} from '../../analyzer/source/declarations.ts';
import { isKeyedByAsyncId } from '../../analyzer/source/async-keys.ts';
import type { SourceFile } from '../../analyzer/source/source-file.ts';
import { sourceFiles } from '../../analyzer/source/source-file.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = sharedTemporaryFolder();

function source(text: string): SourceFile {
  const file = join(FOLDER, `${text.length}.js`);
  writeFileSync(file, text);
  return sourceFiles()(file)!;
}

const lineAt = (file: SourceFile, offset: number) => (offset === -1 ? null : file.positionOf(offset).line);
const after = (file: SourceFile, text: string) => file.text.indexOf(text) + text.length;

describe('variableDeclaration', () => {
  const file = source(`const seen = new Map();
function handler(request) {
  const seen = [];
  return () => seen.push(request);
}
module.exports = () => seen;
const { a, b: [kept] } = load();`);

  test.each([
    ['the innermost that is visible', 'seen', '() => seen.push', 3],
    ['the outer one from outside', 'seen', 'module.exports = ', 1],
    ['a parameter', 'request', '() => seen.push', 2],
    ['a function', 'handler', 'module.exports = ', 2],
    ['inside a pattern', 'kept', 'module.exports = ', 7],
    ['nothing of the name', 'gone', 'module.exports = ', null],
  ])('%s', (_, name, near, line) => {
    expect(lineAt(file, variableDeclaration(file, name, after(file, near)))).toBe(line);
  });
});

describe('propertyDeclaration', () => {
  const file = source(`class Store {
  entries = new Map();
  constructor() {
    this.queue = [];
    this.#index = new Set();
  }
  #index;
}
class Other {
  constructor() { this.queue = []; }
}
createDebug.instances = [];
const options = { cache: new Map(), instances: 3 };`);

  test.each([
    ['a class field', 'entries', 'Store', 2],
    ['an assignment in the constructor', 'queue', 'Store', 4],
    ['the same name in another class', 'queue', 'Other', 10],
    ['a private field', '#index', 'Store', 5],
    ['a property of a function', 'instances', 'createDebug', 12],
    ['a property of a literal', 'cache', null, 13],
    ['nothing of the name', 'gone', null, null],
  ])('%s', (_, name, className, line) => {
    expect(lineAt(file, propertyDeclaration(file, name, className, 0))).toBe(line);
  });
});

test('globalDeclaration finds globals, declared or forgotten', () => {
  const file = source(`let local;
local = 1;
function work() { forgotten = []; }
globalThis.named = new Map();`);
  expect(lineAt(file, globalDeclaration(file, 'forgotten'))).toBe(3);
  expect(lineAt(file, globalDeclaration(file, 'named'))).toBe(4);
  expect(lineAt(file, globalDeclaration(file, 'local'))).toBe(null);
});

test('additions finds what fills a collection', () => {
  const file = source(`this.queue.push(job);
cache[key] = value;
cache.get(key);
store.entries.set(key, value);`);
  expect(additions(file, 'queue').map((at) => lineAt(file, at))).toEqual([1]);
  expect(additions(file, 'cache').map((at) => lineAt(file, at))).toEqual([2]);
  expect(additions(file, 'entries').map((at) => lineAt(file, at))).toEqual([4]);
});

describe('functionNameAt', () => {
  const file = source(`class MemoryStore {
  init() { setInterval(() => this.clear(), 1000); }
}
const Limiter = class { reset() { return 1; } };
const onClose = () => socket.end();
emitter.on('x', function () { return 2; });`);

  test.each([
    ['a method', 'init() {', 'MemoryStore.init'],
    ['a callback in a method', 'setInterval(() => this', 'callback of setInterval in MemoryStore.init'],
    ['a method of a class expression', 'reset() { ret', 'Limiter.reset'],
    ['an arrow function in a variable', '() => socket', 'onClose'],
    ['a callback at the top', 'function () { ret', 'callback of on'],
    ['no function', 'class Memory', null],
  ])('%s', (_, text, name) => {
    expect(functionNameAt(file, after(file, text))).toBe(name);
  });
});

test('a file that is no JavaScript is read but not parsed', () => {
  const file = source('interface Session { readonly id: string }');
  expect(file.program).toBe(null);
  expect(variableDeclaration(file, 'Session', 0)).toBe(-1);
});

describe('isKeyedByAsyncId', () => {
  const hooks = `const { createHook, executionAsyncId } = require('async_hooks');`;
  test.each([
    ['in the hook', `createHook({ init(asyncId) { contexts.set(asyncId, active); } });`, true],
    ['in the hook, as a property', `createHook({ init: (id, type) => { ns.contexts[id] = type; } });`, true],
    ['by the current one', `contexts.set(executionAsyncId(), request);`, true],
    ['by something else', `createHook({ init(asyncId, type) { contexts.set(type, asyncId); } });`, false],
    ['in another collection', `createHook({ init(asyncId) { others.set(asyncId, active); } });`, false],
  ])('%s', (_, text, expected) => {
    expect(isKeyedByAsyncId(source(`${hooks} ${text}`), 'contexts')).toBe(expected);
  });
});

describe('a property named by a symbol', () => {
  const file = source(`const kRest = Symbol('rest');
const kOther = Symbol('other');
stream[kOther] = [];
stream[kRest] = '';`);

  test('is made where its constant is used', () => {
    expect(lineAt(file, propertyDeclaration(file, '<symbol rest>', null, 0))).toBe(4);
    expect(lineAt(file, propertyDeclaration(file, '<symbol none>', null, 0))).toBe(null);
  });
});

test('what is exported by its own name is declared where the variable is', () => {
  const file = source(`const sessions = new Map();
module.exports = { open: 1, sessions };`);
  expect(lineAt(file, propertyDeclaration(file, 'sessions', null, 0))).toBe(1);
});
