import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const CHECK = join(ROOT, 'dist', 'analyzer', 'check.js');
const MATCHERS = join(ROOT, 'dist', 'analyzer', 'check', 'matchers.js');

/** Runs a program in a process of its own, in which `said` tells what an assertion came to. */
function outcomesOf(program: string): string[] {
  const folder = temporaryFolder();
  const file = join(folder, 'program.js');
  writeFileSync(
    file,
    `const { expectCollectable, expectNoStall } = require(${JSON.stringify(CHECK)});
     const { EventEmitter } = require('node:events');
     const { matchers } = require(${JSON.stringify(MATCHERS)});
     const said = async (assertion) => console.log(JSON.stringify(await assertion.then(
       (result) => result === undefined ? 'passes' : String(result.pass),
       ({ name, message }) => name + ': ' + message)));
     ${program}`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
}

describe('expectCollectable', () => {
  test('passes for what only the test itself holds, and names who else holds it', () => {
    const outcomes = outcomesOf(`
      class Session {}
      const current = new Map();
      globalThis.lookUp = (user) => current.get(user);
      const bus = new EventEmitter();
      globalThis.tell = () => bus.emit('end');
      async function main() {
        const own = new Session();
        await said(expectCollectable(own));
        await said(expectCollectable(() => new Session()));
        await said(expectCollectable(async () => current.set('ada', new Session()).get('ada')));
        await said(expectCollectable(() => {
          const session = new Session();
          bus.on('end', () => session.close());
          return session;
        }));
        await said(expectCollectable(() => {
          const session = new Session();
          setInterval(() => session.renew(), 60_000).unref();
          return session;
        }));
        await said(expectCollectable(7));
        await said(matchers.toBeCollectable(current.get('ada')));
      }
      main();`);
    expect(outcomes).toEqual([
      'passes',
      'passes',
      expect.stringMatching(
        /^CollectableError: The Session cannot be collected: it is held by .*`current.*`.* \(program\.js:\d+:\d+\)\.\n[^]*variable current[^]*Session/,
      ),
      expect.stringMatching(
        /^CollectableError: The Session .*\(program\.js:\d+:\d+\)\.\n[^]*EventEmitter[^]*\.end[^]*Session/,
      ),
      expect.stringMatching(
        /^CollectableError: The Session .*\(program\.js:\d+:\d+\)\.\n[^]*[Tt]imeout[^]*Session/,
      ),
      'LeakwatchError: Only an object can be collected; this is of type number.',
      'false',
    ]);
  });
});

describe('expectNoStall', () => {
  test('names the function that blocks for longer than the budget, and counts no first time', () => {
    const outcomes = outcomesOf(`
      let isFirst = true;
      const block = (durationMs) => { const end = performance.now() + durationMs; while (performance.now() < end); };
      function hold() { block(120); }
      function warmUp() { if (isFirst) block(300); isFirst = false; }
      async function main() {
        await said(expectNoStall(async () => { await null; hold(); }, { budgetMs: 100 }));
        await said(expectNoStall(warmUp, { budgetMs: 250 }));
        await said(expectNoStall(() => new Promise((resolve) => setTimeout(resolve, 400)), { budgetMs: 350 }));
        await said(expectNoStall(() => [1], { budget: 5 }));
        await said(matchers.toStall(() => [1], { budgetMs: 10_000 }));
      }
      main();`);
    expect(outcomes).toEqual([
      expect.stringMatching(
        /^StallError: The scenario blocks the event loop: `(?:hold|block)` \(program\.js:\d+\) takes \d+ ms, the budget is 100 ms: it computes\.\n/,
      ),
      'passes',
      'passes',
      'LeakwatchError: There is no option "budget"; there are budgetMs, timeoutMs.',
      'false',
    ]);
  });
});
