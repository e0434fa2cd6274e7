import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { published } from '../helpers/published.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';
import { RUNNERS } from './test-runners.ts';

const TIMEOUT_MS = 300_000;
const SUITE = join(ROOT, 'fixtures', 'checks', 'runners', 'suite.test.cjs');

const project = join(sharedTemporaryFolder(), 'my project');
const inProject = (...parts: readonly string[]) => join(project, ...parts);
const inPackage = (...parts: readonly string[]) => inProject('node_modules', ...parts);

beforeAll(() => {
  const runners = published(...RUNNERS);
  mkdirSync(inProject('node_modules'), { recursive: true });
  for (const name of readdirSync(runners).filter((one) => !one.startsWith('.')))
    symlinkSync(join(runners, name), inPackage(name));
  symlinkSync(ROOT, inPackage('leakwatch'));
  symlinkSync(join(ROOT, 'node_modules', 'vitest'), inPackage('vitest'));
  writeFileSync(inProject('package.json'), '{"private":true}');
  const options = `{ globals: true, include: ['suite.test.*'], testTimeout: ${TIMEOUT_MS} }`;
  writeFileSync(inProject('vitest.config.mjs'), `export default { test: ${options} };`);
  copyFileSync(SUITE, inProject('suite.test.cjs'));
  const text = readFileSync(SUITE, 'utf8');
  writeFileSync(inProject('suite.test.mjs'), asModule(text));
  writeFileSync(inProject('suite.test.ts'), asTypeScript(asModule(text)));
}, TIMEOUT_MS);

/** The same lines as an ES module. */
function asModule(text: string): string {
  return text
    .replace("'use strict';", '')
    .replaceAll(/const (\{[^}]+\}) = require\(('[^']+')\);/g, 'import $1 from $2;')
    .replaceAll(/require\('node:test'\)/g, "(await import('node:test'))");
}

/** The same with types, which move all lines when they are taken out. */
function asTypeScript(text: string): string {
  return `interface Price {\n  readonly amount: number;\n}\n\n${text}`
    .replace('const current =', 'const current: Map<string, unknown> =')
    .replace('const prices =', 'const free: Price = { amount: 0 };\n  const prices =');
}

/** What the tests that have to fail are to say, with their lines. */
function expectedOf(suite: string): readonly RegExp[] {
  const lines = readFileSync(inProject(suite), 'utf8').split('\n');
  const at = (mark: string) =>
    `suite\\.test\\.\\w+:${lines.findIndex((line) => line.endsWith(`// ${mark}`)) + 1}\\b`;
  return [
    /The scenario leaks about [\d.]+ B and 1 object per iteration/,
    new RegExp(`'price' listeners on EventEmitter variable \`prices\`.* \\(${at('culprit')}`),
    new RegExp(`The Object cannot be collected: it is held by .*\`current.*\`.* \\(${at('holder')}`),
    new RegExp(`blocks the event loop: \`busyLoop\` \\(${at('block')}`),
  ];
}

const COUNTS = [/# fail 3|ℹ fail 3|3 failing/, /# pass 2|ℹ pass 2|2 passing/];
const COUNTS_WITH_MATCHERS = [/\b3 failed/, /\b3 passed/];

test.each<[runner: string, words: readonly string[], counts: readonly RegExp[]]>([
  ['node:test, ES module', ['--test', 'suite.test.mjs'], COUNTS],
  [
    'vitest in threads, TypeScript',
    [inPackage('vitest', 'vitest.mjs'), 'run', '--pool=threads', 'suite.test.ts'],
    COUNTS_WITH_MATCHERS,
  ],
  [
    'jest',
    [
      inPackage('jest', 'bin', 'jest.js'),
      '--testMatch=**/suite.test.cjs',
      `--testTimeout=${TIMEOUT_MS}`,
      'suite.test.cjs',
    ],
    COUNTS_WITH_MATCHERS,
  ],
  ['mocha', [inPackage('mocha', 'bin', 'mocha.js'), `--timeout=${TIMEOUT_MS}`, 'suite.test.cjs'], COUNTS],
])(
  'under %s what is healthy passes, and the rest fails with its line',
  { timeout: TIMEOUT_MS },
  (_, words, counts) => {
    const said = saidUnder(process.execPath, words);
    expect(missingIn(said, [...expectedOf(words.at(-1)!), ...counts])).toEqual([]);
  },
);

test.runIf(NODE_MAJORS.includes(24))(
  'under node:test of Node 24, TypeScript as it is',
  { timeout: TIMEOUT_MS },
  () => {
    const said = saidUnder(nodeBinary(24), ['--test', 'suite.test.ts']);
    expect(missingIn(said, [...expectedOf('suite.test.ts'), ...COUNTS])).toEqual([]);
  },
);

/** What is to be said and is not, with all that is. */
const missingIn = (said: string, patterns: readonly RegExp[]) =>
  patterns.filter((pattern) => !pattern.test(said)).map((pattern) => [pattern, said]);

/** All that a runner says to the suite. */
function saidUnder(node: string, words: readonly string[]): string {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...own } = process.env;
  const env = Object.fromEntries(Object.entries(own).filter(([name]) => !name.startsWith('VITEST')));
  const { stdout, stderr } = spawnSync(node, words, {
    cwd: project,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0', CI: '' },
  });
  return stdout + stderr;
}
