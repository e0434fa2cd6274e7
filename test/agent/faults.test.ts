import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { readRecording } from '../../analyzer/recording-reader.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';
import {
  AGENT,
  AGENT_API,
  entriesOf,
  runApp,
  startApp,
  waitForEntry,
  type AppOptions,
  type RunningApp,
} from './run-app.ts';

const LIVES_ON = `setTimeout(() => { console.log('done'); }, 300);`;

/** Applications that do what hurts an agent, and Node's strict modes. */
const HARMLESS_TO_THE_APP: Readonly<Record<string, AppOptions>> = {
  'an uncaught exception': { source: `setTimeout(() => { throw new Error('thrown'); }, 100);` },
  'an unhandled rejection': { source: `setTimeout(() => Promise.reject(new Error('rejected')), 100);` },
  'process.exit in an exit listener': {
    source: `process.on('exit', () => process.exit(5)); setTimeout(() => {}, 100);`,
  },
  'process.exit in a listener of what nobody caught': {
    source: `process.on('uncaughtException', () => process.exit(7)); setTimeout(() => { throw new Error('thrown'); }, 100);`,
  },
  'an exit code set at the last moment': {
    source: `process.on('beforeExit', () => { process.exitCode = 4; });`,
  },
  'a process.abort': { source: `setTimeout(() => process.abort(), 100);` },
  SIGTERM: {
    source: `setTimeout(() => process.kill(process.pid, 'SIGTERM'), 150); setInterval(() => {}, 1000);`,
  },
  'builtins replaced': {
    source: `
      globalThis.setTimeout = globalThis.setInterval = globalThis.setImmediate = () => { throw new Error('fake'); };
      JSON.stringify = JSON.parse = () => { throw new Error('fake'); };
      require('node:fs').writeSync = require('node:fs').openSync = () => { throw new Error('fake'); };
      Date.now = () => -1; globalThis.Promise = class {}; globalThis.performance = null;
      let turns = 0; const spin = () => { if (++turns < 30) require('node:timers').setTimeout(spin, 10); else console.log('done'); };
      spin();`,
  },
  'prototypes frozen': {
    source: `for (const type of [Object, Array, Function, Map, Set, Promise, Error]) { Object.freeze(type); Object.freeze(type.prototype); } ${LIVES_ON}`,
  },
  '--frozen-intrinsics': { source: LIVES_ON, nodeOptions: ['--frozen-intrinsics'] },
  '--disallow-code-generation-from-strings': {
    source: LIVES_ON,
    nodeOptions: ['--disallow-code-generation-from-strings'],
  },
  'out of memory': {
    source: `const all = []; setInterval(() => { for (let i = 0; i < 2e5; i++) all.push({ i }); }, 1);`,
    nodeOptions: ['--max-old-space-size=40'],
    env: { LEAKWATCH_SNAPSHOT_ON_GROWTH: '0' },
  },
};

describe('an application ends with the agent as it does without', () => {
  test.each(Object.keys(HARMLESS_TO_THE_APP))('%s', async (name) => {
    const { nodeOptions = [], ...app } = HARMLESS_TO_THE_APP[name];
    const folder = temporaryFolder();
    const bare = await runApp({ ...app, folder, nodeOptions: [...nodeOptions, '--no-warnings'] });
    const watched = await runApp({
      ...app,
      folder,
      nodeOptions: [...nodeOptions, '--no-warnings', '--require', AGENT],
    });
    expect(watched).toMatchObject({ exitCode: bare.exitCode, signal: bare.signal, stdout: bare.stdout });
    expect(comparable(watched.stderr)).toEqual(comparable(bare.stderr));
    expect(watched.recordings).toHaveLength(1);
    expect(watched.recordings[0].damagedLines).toBe(0);
  });
});

const IN_A_FILE = join(sharedTemporaryFolder(), 'file');
writeFileSync(IN_A_FILE, '');

test.each([
  ['in a file', join(IN_A_FILE, 'run'), /^leakwatch: not started: ENOTDIR.*\n$/],
  ['that cannot be made', '/proc/leakwatch/run', /^leakwatch: not started: E\w+: .*\n$/],
  ['in which nobody may make a file', '/proc', /^leakwatch: nothing is recorded: E\w+: .*\n$/],
])('a run folder %s: one line, and the app goes on', async (_, runFolder, told) => {
  const env = { LEAKWATCH_DIR: runFolder };
  const { stdout, stderr, exitCode } = await runApp({ source: LIVES_ON, env });
  expect({ stdout, exitCode }).toEqual({ stdout: 'done\n', exitCode: 0 });
  expect(stderr).toMatch(told);
});

test('a disk that is full: one line, the app goes on, and what was written stays readable', async () => {
  const source = `
    const { startAgent } = require(${JSON.stringify(AGENT_API)});
    process.once('SIGTERM', () => { console.log(startAgent().takeSnapshot().status); process.exit(0); });
    setInterval(() => {}, 1000);`;
  // No file may grow beyond 4 kB: a snapshot fails as well, though the disk has told of room.
  const app = startApp({ source, shell: 'ulimit -f 8; exec "$@"' });
  const stderr = await said(app);
  app.child.kill('SIGTERM');
  const { exitCode, stdout, recordings } = await app.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'failed\n' });
  expect(stderr).toMatch(/^leakwatch: the recording has a gap: EFBIG.*\n$/);
  expect(recordings[0].damagedLines).toBe(0);
  expect(entriesOf(recordings[0], 'sample').length).toBeGreaterThan(1);
  expect(readdirSync(app.runFolder)).toEqual([`${app.pid}-0.recording.jsonl`]);
});

test('a clock that is set back by a day does not show in the recording', async () => {
  const folder = temporaryFolder();
  const clock = join(folder, 'clock.cjs');
  writeFileSync(
    clock,
    `const { now } = Date; let backMs = 0; Date.now = () => now() - backMs;
     setTimeout(() => { backMs = 86_400_000; }, 200);`,
  );
  const source = `
    const started = Date.now();
    const timer = setInterval(() => {
      if (Date.now() < started && ++turns > 5) { clearInterval(timer); console.log('earlier'); }
    }, 50);
    let turns = 0;`;
  const { stdout, stderr, recordings } = await runApp({
    source,
    folder,
    nodeOptions: ['--require', clock, '--require', AGENT],
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'earlier\n', stderr: '' });
  const times = entriesOf(recordings[0], 'sample').map(({ atMs }) => atMs);
  expect(times.length).toBeGreaterThan(2);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(recordings[0].entries.at(-1)).toMatchObject({ type: 'end' });
});

test('a run folder deleted while running: one line, and the app goes on', async () => {
  const app = startApp({
    source: `process.once('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`,
  });
  await waitForEntry(app.recordingFile, (entries) => entries.find((entry) => entry.type === 'sample'));
  rmSync(app.runFolder, { recursive: true });
  const stderr = await said(app);
  app.child.kill('SIGTERM');
  expect(await app.ended).toMatchObject({ exitCode: 0, recordings: [] });
  expect(stderr).toBe('leakwatch: nothing is recorded any more: the recording was deleted\n');
});

test('after kill -9 the recording is readable up to the last sample', async () => {
  const app = startApp({ source: `setInterval(() => {}, 1000);` });
  await waitForEntry(app.recordingFile, (entries) => entries.filter((entry) => entry.type === 'sample')[4]);
  app.child.kill('SIGKILL');
  const { recordings, signal } = await app.ended;
  expect(signal).toBe('SIGKILL');
  expect(recordings[0].damagedLines).toBe(0);
  expect(entriesOf(recordings[0], 'sample').length).toBeGreaterThan(4);
  expect(entriesOf(recordings[0], 'end')).toEqual([]);
});

test('a snapshot of a heap of 1 GB in a container of 2 GB is refused in a sentence, and the app goes on', async () => {
  const source = `
    const kept = Array.from({ length: 128 }, () => new Array(2 ** 20).fill(0));
    const { startAgent } = require(${JSON.stringify(AGENT_API)});
    setTimeout(() => console.log(startAgent().takeSnapshot().detail, kept.length), 100);`;
  const { stdout, stderr, exitCode } = await runApp({
    source,
    nodeOptions: ['--max-old-space-size=3000', '--require', AGENT],
    env: { LEAKWATCH_MEMORY_LIMIT_MB: '2048' },
  });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(
    /^a snapshot of a heap of 1\d{3} MB needs about \d{4} MB more memory, of which \d+ MB are free \(the limit is 2048 MB\) 128\n$/,
  );
});

test('forty short worker threads and child processes each leave a whole recording', async () => {
  const source = `
    const { fork } = require('node:child_process');
    const { isMainThread, Worker } = require('node:worker_threads');
    const ended = (thing) => new Promise((resolve) => thing.once('exit', resolve));
    if (isMainThread && process.argv[2] !== 'child') (async () => {
      for (let i = 0; i < 8; i++) {
        const children = Array.from({ length: 5 }, () => (i < 6 ? new Worker(__filename) : fork(__filename, ['child'])));
        await Promise.all(children.map(ended));
      }
    })();`;
  const { recordings, stderr, exitCode } = await runApp({ source });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(recordings).toHaveLength(41);
  for (const { entries, damagedLines } of recordings) {
    expect(damagedLines).toBe(0);
    expect(entries.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
  }
});

test('with the permission model, within what it permits', async () => {
  const folder = temporaryFolder();
  const model =
    Number(process.versions.node.split('.')[0]) < 22 ? '--experimental-permission' : '--permission';
  const nodeOptions = [
    model,
    '--no-warnings',
    '--allow-fs-read=*',
    `--allow-fs-write=${folder}/*`,
    '--require',
    AGENT,
  ];
  const app = await runApp({ source: LIVES_ON, folder, nodeOptions });
  expect(app).toMatchObject({ exitCode: 0, stdout: 'done\n', stderr: '' });
  expect(app.recordings).toHaveLength(1);
});

test('the header names the script and none of its arguments', async () => {
  const app = startApp({ source: LIVES_ON, args: ['--password=secret'] });
  await app.ended;
  const { header } = await readRecording(app.recordingFile);
  expect(header.script).toMatch(/app\.cjs$/);
  expect(JSON.stringify(header)).not.toContain('secret');
});

/** The first thing that an application says on stderr. */
function said({ child }: RunningApp): Promise<string> {
  return new Promise((resolve) => child.stderr?.once('data', (data) => resolve(String(data))));
}

/** What a process says of its end, without addresses, pids and times. */
function comparable(stderr: string): string {
  return stderr
    .replaceAll(/0x[0-9a-f]+|\d+/g, '#')
    .replace(/(?:Ineffective mark-compacts near|Reached) heap limit/, 'Heap limit') // by how long collections took
    .split('\n')
    .filter((line) => !/^\s*(#|$)|^<---|#:/.test(line))
    .join('\n');
}
