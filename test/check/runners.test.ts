import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { published } from '../helpers/published.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const TIMEOUT_MS = 180_000;
const SUITE = join(ROOT, 'fixtures', 'checks', 'runners', 'suite.test.cjs');

const project = join(sharedTemporaryFolder(), 'my project');
const inProject = (...parts: readonly string[]) => join(project, ...parts);
const inPackage = (...parts: readonly string[]) => inProject('node_modules', ...parts);

beforeAll(() => {
  const runners = published('runners-1', ['jest@30.5.2', 'mocha@11.8.0']);
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
  writeFileSync(inProject('suite.test.ts'), asModule(text));
}, TIMEOUT_MS);

/** The same lines as an ES module. */
function asModule(text: string): string {
  return text
    .replace("'use strict';", '')
    .replaceAll(/const (\{[^}]+\}) = require\(('[^']+')\);/g, 'import $1 from $2;')
    .replace("require('node:test').test", "(await import('node:test')).test");
}

/** Of the five tests of the suite two pass, and three fail with what they are to say. */
const EXPECTED = [
  /\b3 fail|# fail 3|ℹ fail 3|3 failing/,
  /\b2 pass|# pass 2|ℹ pass 2|2 passing/,
  /The scenario leaks about [\d.]+ B and 1 object per iteration/,
  /'price' listeners on EventEmitter/,
  /The Object cannot be collected: it is held by .*suite\.test\.\w+:\d+/,
  /blocks the event loop: `busyLoop` \(suite\.test\.\w+:\d+\)/,
].map((pattern) => expect.stringMatching(pattern) as string);

test.each<[runner: string, words: readonly string[]]>([
  ['node:test, ES module', ['--test', 'suite.test.mjs']],
  [
    'vitest in threads, TypeScript',
    [inPackage('vitest', 'vitest.mjs'), 'run', '--pool=threads', 'suite.test.ts'],
  ],
  [
    'jest',
    [inPackage('jest', 'bin', 'jest.js'), '--testMatch=**/suite.test.cjs', `--testTimeout=${TIMEOUT_MS}`],
  ],
  ['mocha', [inPackage('mocha', 'bin', 'mocha.js'), `--timeout=${TIMEOUT_MS}`, 'suite.test.cjs']],
])(
  'under %s what is healthy passes, and the rest fails with its line',
  { timeout: TIMEOUT_MS },
  (_, words) => {
    const said = saidUnder(process.execPath, words);
    expect(EXPECTED.map(() => said)).toEqual(EXPECTED);
  },
);

test.runIf(NODE_MAJORS.includes(24))(
  'under node:test of Node 24, TypeScript as it is',
  { timeout: TIMEOUT_MS },
  () => {
    const said = saidUnder(nodeBinary(24), ['--test', 'suite.test.ts']);
    expect(EXPECTED.map(() => said)).toEqual(EXPECTED);
  },
);

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
