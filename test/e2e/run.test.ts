import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { leakwatch, resultOf, startLeakwatch } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const LISTENS = `require('node:http').createServer((_, res) => res.end('ok')).listen(0)`;
const RUN = ['run', '--no-dashboard', '--settle', '0'];

/** Runs `script` as an application under leakwatch. */
function runScript(script: string, options: readonly string[] = []) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.js'), script);
  return leakwatch([...RUN, ...options, '--', process.execPath, 'app.js'], { cwd: folder });
}

describe('the application is untouched', () => {
  test('its stdout, its arguments and its environment', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'app.js'),
      'console.log(JSON.stringify([process.argv.slice(2), process.execArgv]))',
    );
    const { stdout } = await leakwatch(
      [...RUN, '--', process.execPath, 'app.js', '--json', 'a b', '--', '-d'],
      { cwd: folder },
    );
    expect(stdout).toBe('[["--json","a b","--","-d"],[]]\n');
  });

  test.each([
    ['exits', 'process.exit(7)', 7, 'exit code 7'],
    ['throws', `throw new Error('boom')`, 1, 'exit code 1'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, 137, 'killed by SIGKILL'],
    ['is missing', `require('./nowhere')`, 1, 'exit code 1'],
  ])('when it %s, its exit code passes through', async (_, script, code, sentence) => {
    const { exitCode, stderr } = await runScript(script);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(`the application ended by itself: ${sentence}\n`);
    expect(stderr).not.toMatch(/defect|at .*dist.cli/);
  });

  test('when it ends well but early, leakwatch cannot tell: 2', async () => {
    const { exitCode } = await runScript('setTimeout(() => {}, 300)');
    expect(exitCode).toBe(2);
  });
});

describe('what cannot be run is told in a sentence, with exit code 2', () => {
  test.each([
    [
      'a command that is not found',
      ['--', 'no-such-command'],
      'The command "no-such-command" was not found.',
    ],
    ['a file that is no program', ['--', './app.js'], '"./app.js" is not executable.'],
    [
      'a program that is not Node',
      ['--', 'true'],
      'no Node.js process was recorded; does `true` start Node?',
    ],
    [
      'an application that never listens',
      ['--listen-timeout', '1500ms', '--load', 'true', '--', 'node', '-e', 'setInterval(() => {}, 1000)'],
      'The application did not listen on a port within 2 s, so the load was not started.',
    ],
    [
      'a program that is not Node and does not end',
      ['--listen-timeout', '500ms', '--', 'sleep', '60'],
      'No Node.js process has loaded the agent within 500 ms; does `sleep` start Node, and leave NODE_OPTIONS alone?',
    ],
    [
      'a load that fails',
      ['--load', 'echo no way; exit 3', '--', 'node', '-e', LISTENS],
      'The load failed (exit code 3): no way',
    ],
  ])('%s', async (_, args, sentence) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'app.js'), '');
    const { exitCode, stderr } = await leakwatch([...RUN, ...args], { cwd: folder });
    expect(stderr.split('\n')).toContain(`leakwatch ${sentence}`);
    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s is handed to the application, once, and the verdict still given',
    async (signal) => {
      const folder = temporaryFolder();
      writeFileSync(
        join(folder, 'app.js'),
        `let count = 0;
       process.on('${signal}', () => { console.log('got ' + ++count); setTimeout(() => process.exit(0), 500); });
       setInterval(() => {}, 1000);
       console.log('ready');`,
      );
      const child = startLeakwatch([...RUN, '--out', 'run', '--', process.execPath, 'app.js'], {
        cwd: folder,
      });
      const result = resultOf(child);
      if (child.stdout) await once(child.stdout, 'data');
      child.kill(signal);
      const { stdout, stderr, exitCode } = await result;
      expect(stdout).toBe('ready\ngot 1\n');
      expect(stderr).not.toContain('ended by itself');
      expect(existsSync(join(folder, 'run', 'report.json'))).toBe(true);
      expect(exitCode).toBe(2);
    },
  );
});

test('a run leaves a folder that tells how it went', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.js'), LISTENS);
  const { stderr } = await leakwatch(
    [...RUN, '-d', '2s', '-o', 'run', '-l', 'echo $PORT', '--', process.execPath, 'app.js'],
    { cwd: folder },
  );
  const run = join(folder, 'run');
  expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))).toMatchObject({
    load: 'echo …',
    exitCode: null,
    signal: 'SIGTERM',
  });
  expect(readFileSync(join(run, 'load.log'), 'utf8')).toMatch(/^(\d+\n)+$/);
  const names = readdirSync(run);
  expect(names.filter((name) => name.endsWith('.recording.jsonl'))).toHaveLength(1);
  expect(names.filter((name) => name.endsWith('.heapsnapshot'))).toHaveLength(4);
  expect(names.filter((name) => /request|draft/.test(name))).toEqual([]);
  expect(stderr.match(/snapshot \d: /g)).toHaveLength(4);
});

test('a leak in a worker thread is found, too', async () => {
  const { exitCode, stderr } = await runScript(
    `const { Worker, isMainThread } = require('node:worker_threads');
     const mails = new Map();
     let sentMs = Date.now();
     const work = () => {
       // As much as time has passed, on a machine without CPU to give as well.
       for (const now = Date.now(); sentMs < now; sentMs += 1 / 4) mails.set(mails.size, { subject: 'mail ' + mails.size });
     };
     setInterval(isMainThread ? () => {} : work, 10);
     if (isMainThread) new Worker(__filename);`,
    ['-d', '4s'],
  );
  expect(stderr).toMatch(/LEAK[^]*`mails`/);
  expect(exitCode).toBe(1);
});
