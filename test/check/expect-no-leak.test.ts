import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const CHECK = join(ROOT, 'dist', 'analyzer', 'check.js');

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

describe('a scenario that leaves nothing behind passes', { timeout: 60_000 }, () => {
  test.each([
    ['garbage', '', `() => JSON.stringify({ a: [1, 2, 3] })`],
    ['garbage of random size', '', `() => 'x'.repeat(Math.random() * 1000).split('')`],
    ['timers that come and go', '', `() => new Promise((resolve) => setTimeout(resolve, 1))`],
    [
      'a bounded cache',
      'const cache = new Map(); let n = 0;',
      `() => { cache.set(n++, { n }); if (cache.size > 200) cache.delete(cache.keys().next().value); }`,
    ],
    [
      'a listener that is removed',
      `const bus = new (require('node:events'))();`,
      `async () => { const on = () => {}; bus.on('x', on); await null; bus.off('x', on); }`,
    ],
    ['weak references', 'const seen = new WeakMap();', '() => seen.set({}, new Array(10))'],
    [
      'a large cache, when it is told how long that takes to fill up',
      'const cache = new Map(); let n = 0;',
      `() => { cache.set(n++, { n }); if (cache.size > 20_000) cache.delete(cache.keys().next().value); }`,
      '{ warmupIterations: 20_000 }',
    ],
  ])('%s', (_, declarations, scenario, options = '{}') => {
    expect(verdictOn(declarations, scenario, options)).toBe('clean');
  });
});

describe('a scenario that leaks fails with kind, holder and line', { timeout: 60_000 }, () => {
  test.each([
    [
      'a listener',
      `const bus = new (require('node:events'))(); bus.setMaxListeners(0);`,
      `() => bus.on('change', () => {})`,
      /'change' listeners[^]*`bus`[^]*scenario\.js:2/,
    ],
    [
      'an interval',
      '',
      `() => { setInterval(() => {}, 5000).unref(); }`,
      /ntervals of 5000 ms[^]*scenario\.js:2/,
    ],
    [
      'a Map',
      'const byId = new Map();',
      `async () => { byId.set(byId.size, { at: 0 }); }`,
      /Map [^]*`byId`[^]*scenario\.js:1/,
    ],
  ])('%s', (_, declarations, scenario, finding) => {
    const said = verdictOn(declarations, scenario);
    expect(said).toMatch(/^LeakError: The scenario leaks about \d+ B per iteration\.\n/);
    expect(said).toMatch(finding);
  });
});

describe('a scenario that cannot be tried fails with a sentence', { timeout: 60_000 }, () => {
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
      'hangs',
      `() => new Promise(() => {})`,
      'LeakwatchError: The scenario did not come to its end within 0.3 s.',
    ],
  ])('it %s', (_, scenario, sentence) => {
    expect(verdictOn('', scenario, '{ timeoutMs: 300 }')).toBe(sentence);
  });
});
