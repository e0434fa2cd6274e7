import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { healthy } from '../../fixtures/checks/healthy.js';
import { leaky } from '../../fixtures/checks/leaky.js';
import { ROOT } from '../helpers/leakwatch.ts';
import { published } from '../helpers/published.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { RUNNERS } from './test-runners.ts';

const FIXTURES = join(ROOT, 'fixtures', 'checks');
const HEALTHY = `const FIXTURES = ${JSON.stringify(join(FIXTURES, 'healthy.js'))};`;
const LEAKY = `const FIXTURES = ${JSON.stringify(join(FIXTURES, 'leaky.js'))};`;
const CHECK = join(ROOT, 'dist', 'analyzer', 'check.js');

/** The line that is to be named. */
function culpritLine(name: string): number {
  const lines = readFileSync(join(FIXTURES, 'leaky.js'), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(`// culprit: ${name}`)) + 1;
}

/** What `expectNoLeak` says to a scenario, in a process of its own: the name and the message of its error, or `clean`. */
function verdictOn(declarations: string, scenario: string, options = '{}'): string {
  const folder = temporaryFolder();
  const file = join(folder, 'scenario.js');
  writeFileSync(
    file,
    `${declarations}
     const scenario = ${scenario};
     require(${JSON.stringify(CHECK)}).expectNoLeak(scenario, ${options})
       .then(() => 'clean', (error) => error.name + ': ' + error.message)
       .then((said) => { console.log(said); process.exit(); });`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
  });
  expect(stderr).toBe('');
  expect(readdirSync(folder)).toEqual(['scenario.js']);
  return stdout.trim();
}

describe('a scenario that leaves nothing behind passes', () => {
  test.each(Object.keys(healthy))('%s', (name) => {
    expect(verdictOn(HEALTHY, `require(FIXTURES).healthy[${JSON.stringify(name)}]()`)).toBe('clean');
  });
});

test('a large cache passes when it is told how long that takes to fill up', () => {
  const cache = 'const cache = new Map(); let n = 0;';
  const scenario = `() => { cache.set(n++, { n }); if (cache.size > 90_000) cache.delete(cache.keys().next().value); }`;
  expect(verdictOn(cache, scenario, '{ warmupIterations: 90_000 }')).toBe('clean');
});

describe('a scenario that leaks fails with kind, holder and line', () => {
  test.each(Object.keys(leaky))('%s', (name) => {
    const said = verdictOn(LEAKY, `require(FIXTURES).leaky[${JSON.stringify(name)}]()`);
    expect(said).toMatch(
      /^LeakError: The scenario leaks about [\d.]+ k?B and [\d.]+ objects? per iteration\.\n/,
    );
    expect(said).toContain(`leaky.js:${culpritLine(name)}`);
  });
});

test('what a mock of a test runner remembers is no leak of the scenario', () => {
  const jestMock = join(published(...RUNNERS), 'jest-mock');
  const mock = `const { ModuleMocker } = require(${JSON.stringify(jestMock)});
    const onPrice = new ModuleMocker(globalThis).fn();`;
  expect(verdictOn(mock, '() => onPrice(7)')).toMatch(
    /^LeakwatchError: What grows is held by the test runner and not by the scenario, which cannot be judged by that: .*`_mockState\[…\]\.calls` of class `ModuleMocker`/,
  );
});

test('a scenario that ends the process while there are snapshots leaves none behind', () => {
  const scenario = `() => {
    globalThis.kept = { next: globalThis.kept };
    if (require('node:fs').readdirSync(process.env.TMPDIR).length > 1) console.log('ends'), process.exit();
  }`;
  expect(verdictOn('', scenario)).toBe('ends');
});

describe('a scenario that cannot be tried fails with a sentence', () => {
  test.each([
    [
      'throws',
      `() => { throw new Error('no database'); }`,
      'LeakwatchError: The scenario threw: no database',
    ],
    [
      'rejects',
      `async () => { throw new Error('no database'); }`,
      'LeakwatchError: The scenario threw: no database',
    ],
    [
      'is empty',
      `async () => { /* nothing yet */ }`,
      'LeakwatchError: The scenario is an empty function: it does nothing that could leak.',
    ],
    ['is none', `'shop'`, 'LeakwatchError: A scenario is a function; this is of type string.'],
    [
      'hangs',
      `() => new Promise(() => {})`,
      'LeakwatchError: The scenario did not come to its end within 0.3 s.',
    ],
  ])('it %s', (_, scenario, sentence) => {
    expect(verdictOn('', scenario, '{ timeoutMs: 300 }')).toBe(sentence);
  });
});

test('an option that does not exist, or is no number, is told', () => {
  const scenario = '() => [1]';
  expect(verdictOn('', scenario, '{ warmup: 3 }')).toBe(
    'LeakwatchError: There is no option "warmup"; there are warmupIterations, timeoutMs, settleMs.',
  );
  expect(verdictOn('', scenario, `{ timeoutMs: '3s' }`)).toBe(
    'LeakwatchError: "timeoutMs" is a number of at least 0; this is 3s.',
  );
});
