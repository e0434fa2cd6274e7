import { expect, test } from 'vitest';

import {
  CALL_SITES_PROGRAM,
  callSitesOf,
  isJustEntered,
  type CallSite,
} from '../../agent/stalls/call-sites.ts';
import { culpritOfNativeCall } from '../../agent/stalls/native-call.ts';

const NEXT = 'function next(value) { return value; }';
const JUST_ENTERED: CallSite = site('next', '/app/next.js', [1, 1], [1, 14]);
const NODE = site('emit', 'node:events', [10, 1], [20, 5]);

function site(functionName: string, file: string, start: [number, number], at: [number, number]): CallSite {
  return { functionName, file, startLine: start[0], startColumn: start[1], line: at[0], column: at[1] };
}

/** `‹` stands where the function begins, `›` where it has got to. */
function running(marked: string): { readonly lines: readonly string[]; readonly own: CallSite } {
  const placeOf = (mark: string, other: string): [number, number] => {
    const before = marked.replace(other, '').split(mark)[0].split('\n');
    return [before.length, before.at(-1)!.length + 1];
  };
  const own = site('handler', '/app/a.js', placeOf('‹', '›'), placeOf('›', '‹'));
  return { lines: marked.replaceAll(/[‹›]/g, '').split('\n'), own };
}

test.each([
  ['above', '‹function handler(text) {\n  const rows = JSON.parse(text);\n  ›next(rows);\n}', 'json', 2],
  ['among the arguments', '‹(text) => {\n  begin();\n  ›next(JSON.parse(text));\n}', 'json', 3],
  ['the last of two', '‹(f) => {\n  JSON.parse(f);\n  readFileSync(f);\n  ›next();\n}', 'sync-io', 3],
  ['not one below', '‹() => {\n  gzipSync(body);\n  ›next();\n  JSON.parse(text);\n}', 'native', 2],
  ['before a condition', '‹(t) => {\n  do JSON.parse(t);\n  while (!›next());\n}', 'json', 2],
  [
    'in the loop that comes round',
    '‹(fs) => {\n  for (const f of ›fs) {\n    readFileSync(f);\n  }\n  JSON.parse(f);\n}',
    'sync-io',
    3,
  ],
  [
    'not in words',
    "‹() => {\n  gzipSync(a); // JSON.parse(a)\n  log = 'JSON.parse(';\n  ›next();\n}",
    'native',
    2,
  ],
  [
    'not where the function was left',
    '‹() => {\n  try {\n    v = JSON.parse(t);\n  } catch (e) {\n    next(fail(e));\n    return;\n  }\n  ›next();\n}',
    'json',
    3,
  ],
  [
    'not in a function that is not called',
    '‹() => {\n  JSON.parse(t);\n  const f = () => {\n    gzipSync(t);\n  };\n  ›next(f);\n}',
    'json',
    2,
  ],
])('a native call is found in what led to the next: %s', (_, marked, category, line) => {
  const { lines, own } = running(marked);
  const files: Record<string, readonly string[]> = { '/app/a.js': lines, '/app/next.js': [NEXT] };
  const seen = culpritOfNativeCall([JUST_ENTERED, own, NODE], (file) => files[file] ?? []);
  expect(seen).toMatchObject({
    category,
    culprit: { functionName: 'handler', file: '/app/a.js', line },
    stack: [{ functionName: 'handler' }, { functionName: 'emit' }],
  });
  expect(seen.isGuess).toBeUndefined();
});

test('a native call is looked for in the functions of the file that have returned', () => {
  const { lines, own } = running(
    `‹function handler(text) {\n  const rows = decode(text);\n  count();\n  ›next(rows);\n}\n\n` +
      `function count() {\n  n++;\n}\n\nconst decode = (text) => {\n  return JSON.parse(text);\n};`,
  );
  const files: Record<string, readonly string[]> = { '/app/a.js': lines, '/app/next.js': [NEXT] };
  const seen = culpritOfNativeCall([JUST_ENTERED, own, NODE], (file) => files[file] ?? []);
  expect(seen.category).toBe('json');
  expect(seen.stack).toEqual([
    { functionName: 'decode', file: '/app/a.js', line: 12 },
    { functionName: 'handler', file: '/app/a.js', line: 2 },
    { functionName: 'emit', file: 'node:events', line: 20 },
  ]);
});

test.each([
  ['a function of another file', '‹() => {\n  const rows = parse(body);\n  ›next();\n}', 2],
  ['nothing', '‹() => {\n  let n = 0;\n  ›next();\n}', 3],
])('where %s was called, its caller is a guess', (_, marked, line) => {
  const { lines, own } = running(marked);
  const files: Record<string, readonly string[]> = { '/app/a.js': lines, '/app/next.js': [NEXT] };
  expect(culpritOfNativeCall([JUST_ENTERED, own], (file) => files[file] ?? [])).toMatchObject({
    category: 'native',
    culprit: { functionName: 'handler', line },
    isGuess: true,
  });
});

test.each([
  ['readFileSync', 'node:fs', 'sync-io'],
  ['execSync', 'node:child_process', 'sync-io'],
  ['pbkdf2Sync', 'node:internal/crypto/pbkdf2', 'native'],
])('a function of Node that waits tells what it was: %s', (name, file, category) => {
  const waiting = site(name, file, [10, 1], [30, 5]);
  const entered = site('check', 'node:internal/errors', [5, 1], [5, 15]);
  const { lines, own } = running('‹() => {\n  ›load();\n}');
  const seen = culpritOfNativeCall([entered, waiting, own], () => lines);
  expect(seen).toMatchObject({ category, culprit: { functionName: 'handler', line: 2 } });
  expect(seen.isGuess).toBeUndefined();
  // Where it was only just entered, it was something before.
  const justEntered = site(name, file, [10, 1], [10, 1 + `function ${name}`.length]);
  expect(culpritOfNativeCall([justEntered, own], () => lines).isGuess).toBe(true);
});

test('when all of it has returned, nobody is named', () => {
  expect(culpritOfNativeCall([JUST_ENTERED, NODE], () => [NEXT])).toEqual({
    category: 'native',
    culprit: null,
    stack: [],
  });
  expect(culpritOfNativeCall([], () => [])).toEqual({ category: 'native', culprit: null, stack: [] });
});

test.each([
  ['‹function next›(v) { go(v); }', true],
  ['‹function next(v) { ›go(v); }', false],
  ['const next = ‹›(v) => go(v);', true],
  ['const next = ‹v => ›go(v);', false],
  ['class A { ‹static async next›(v) { go(v); } }', true],
  ['class A { ‹get›(v) { go(v); } }', true],
  ['const o = { ‹[key]›(v) { go(v); } };', true],
  ['‹next(v) { ›(0, go)(v); }', false],
])('%s', (marked, expected) => {
  const { lines, own } = running(marked);
  expect(isJustEntered(own, lines[0])).toBe(expected);
});

test('a program tells where the thread is, whatever the application has made of stacks and of lists', () => {
  const tell = new Function(
    `return function poll() { return ${CALL_SITES_PROGRAM}; }\n//# sourceURL=/app/a b.js`,
  );
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = () => 'mine';
  Error.stackTraceLimit = 0;
  try {
    const sites = callSitesOf((tell() as () => string)());
    expect(Error.stackTraceLimit).toBe(0);
    expect(new Error('any').stack).toBe('mine');
    expect(sites.map(({ file }) => file)).toContain(__filename);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
});
