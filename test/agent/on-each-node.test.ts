import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT, AGENT_API, entriesOf, runApp, startApp, waitForEntry } from './run-app.ts';

const WITH_GC = ['--expose-gc', '--require', AGENT];

const SERVER = `
  const http = require('node:http');
  const garbage = setInterval(() => new Array(200_000).fill().map((_, i) => ({ i })), 5);
  http.createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', () => {
    console.log('ready');
    process.once('SIGTERM', () => process.exit(3));
  });`;

// Most of them wait, so that several go at a time.
describe.concurrent.each(NODE_MAJORS)('Node %i', (major) => {
  const node = nodeBinary(major);

  test('records samples, collections, the port and the end, and changes nothing else', async ({
    onTestFinished,
  }) => {
    const running = startApp({ source: SERVER, node, onTestFinished });
    await waitForEntry(running.recordingFile, (entries) => {
      const isServing = entries.some(
        (entry) => entry.type === 'sample' && entry.activeResources.TCPServerWrap === 1,
      );
      const isCollected = entries.some((entry) => entry.type === 'gc' && entry.kind === 'minor');
      return (isServing && isCollected) || undefined;
    });
    running.child.kill('SIGTERM');
    const app = await running.ended;
    expect(app).toMatchObject({ exitCode: 3, signal: null, stdout: 'ready\n', stderr: '' });
    const [recording] = app.recordings;
    expect(recording).toMatchObject({ damagedLines: 0, header: { version: 1, role: 'main', threadId: 0 } });
    expect(recording.header.nodeVersion).toMatch(`v${major}.`);
    const samples = entriesOf(recording, 'sample');
    expect(samples.length).toBeGreaterThan(1);
    for (const sample of samples) {
      expect(sample.rssBytes).toBeGreaterThan(sample.heapUsedBytes);
      expect(sample.heapSpaceBytes.old_space).toBeGreaterThan(0);
      expect(sample.loopUtilization).toBeLessThanOrEqual(1);
    }
    expect(samples.reduce((sum, sample) => sum + sample.cpuUserMs, 0)).toBeGreaterThan(0);
    expect(entriesOf(recording, 'listening')).toMatchObject([{ address: '127.0.0.1' }]);
    expect(recording.entries.at(-1)).toMatchObject({ type: 'end', exitCode: 3 });
  });

  test('tells the floor after major collections', async ({ onTestFinished }) => {
    const source = `const kept = new Array(1e6).fill().map((_, i) => ({ i })); gc(); setInterval(() => kept.length, 100);`;
    const app = startApp({ source, node, nodeOptions: WITH_GC, onTestFinished });
    const collection = await waitForEntry(app.recordingFile, (entries) =>
      entries.findLast((entry) => entry.type === 'gc' && entry.kind === 'major'),
    );
    expect(collection).toMatchObject({ type: 'gc' });
    expect(collection.type === 'gc' && collection.heapUsedAfterBytes).toBeGreaterThan(16e6);
  });

  test.for<[how: string, nodeOptions: string[], env: Record<string, string>]>([
    ['--import', ['--import', AGENT], {}],
    ['NODE_OPTIONS', [], { NODE_OPTIONS: `--require ${JSON.stringify(AGENT)}` }],
    [
      'both, twice',
      ['--require', AGENT, '--import', AGENT],
      { NODE_OPTIONS: `--import ${JSON.stringify(AGENT)}` },
    ],
  ])('starts by %s in an ES module', async ([, nodeOptions, env], { onTestFinished }) => {
    const source = `import { createServer } from 'node:net';
      createServer().listen(0, () => setTimeout(() => process.exit(), 150));`;
    const app = await runApp({ source, extension: 'mjs', node, nodeOptions, env, onTestFinished });
    expect(app).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(app.recordings).toHaveLength(1);
    expect(entriesOf(app.recordings[0], 'listening')).toHaveLength(1);
  });

  test('records cluster workers, worker threads and child processes into one folder', async ({
    onTestFinished,
  }) => {
    const source = `
      import cluster from 'node:cluster';
      import { fork, spawn } from 'node:child_process';
      import { createServer } from 'node:http';
      import { isMainThread, Worker } from 'node:worker_threads';
      const self = process.argv[1];
      if (cluster.isWorker) createServer().listen(0, () => setTimeout(() => process.exit(), 100));
      else if (isMainThread && process.argv[2] !== 'child') {
        let running = 4;
        const onExit = () => --running || cluster.disconnect();
        new Worker(new URL(import.meta.url)).on('exit', onExit);
        cluster.fork().on('exit', onExit);
        fork(self, ['child']).on('exit', onExit);
        spawn(process.execPath, [self, 'child']).on('exit', onExit);
      }`;
    const folder = temporaryFolder(onTestFinished);
    // No LEAKWATCH_DIR: the children find the folder of their parent.
    const env = { LEAKWATCH_DIR: '', NODE_OPTIONS: `--require ${JSON.stringify(AGENT)}` };
    const app = startApp({ source, extension: 'mjs', node, env, folder, onTestFinished });
    expect(await app.ended).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const runs = readdirSync(join(folder, '.leakwatch'));
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatch(new RegExp(`^\\d{8}-\\d{6}-${app.pid}$`));
    const headers = readdirSync(join(folder, '.leakwatch', runs[0]));
    expect(headers.toSorted()).toHaveLength(5);
    expect(headers).toContain(`${app.pid}-0.recording.jsonl`);
    expect(headers).toContain(`${app.pid}-1.recording.jsonl`);
  });

  test('answers a request, a signal and a call with snapshots, and keeps the first and the last ones', async ({
    onTestFinished,
  }) => {
    const source = `
      const { startAgent } = require(${JSON.stringify(AGENT_API)});
      const agent = startAgent();
      setInterval(() => {}, 1000);
      process.once('SIGTERM', () => {
        agent.mark('by hand');
        console.log(agent.takeSnapshot().status);
        process.exit();
      });`;
    const app = startApp({
      source,
      node,
      env: { LEAKWATCH_SIGNAL: 'SIGUSR2', LEAKWATCH_MAX_SNAPSHOTS: '2' },
      onTestFinished,
    });
    await waitForEntry(app.recordingFile, (entries) => entries.find((entry) => entry.type === 'sample'));
    const snapshot = (sequence: number) =>
      waitForEntry(app.recordingFile, (entries) =>
        entries.find((entry) => entry.type === 'snapshot' && entry.sequence === sequence),
      );
    writeFileSync(join(app.runFolder, `${app.pid}-0.request.json`), '{"requestId":"r1","reason":"baseline"}');
    expect(await snapshot(1)).toMatchObject({ reason: 'baseline', requestId: 'r1', status: 'written' });
    app.child.kill('SIGUSR2');
    expect(await snapshot(2)).toMatchObject({ reason: 'signal', status: 'written' });
    app.child.kill('SIGTERM');
    const { stdout, stderr, recordings } = await app.ended;
    expect({ stdout, stderr }).toEqual({ stdout: 'written\n', stderr: '' });
    expect(entriesOf(recordings[0], 'mark')).toMatchObject([{ name: 'by hand' }]);
    expect(entriesOf(recordings[0], 'notice')).toMatchObject([
      { code: 'snapshot-removed', message: `${app.pid}-0-2.heapsnapshot` },
    ]);
    expect(readdirSync(app.runFolder).toSorted()).toEqual([
      `${app.pid}-0-1.heapsnapshot`,
      `${app.pid}-0-3.heapsnapshot`,
      `${app.pid}-0.recording.jsonl`,
    ]);
    for (const name of readdirSync(app.runFolder)) {
      expect(statSync(join(app.runFolder, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(app.runFolder).mode & 0o777).toBe(0o700);
  });

  test('takes three snapshots by itself when the floor keeps rising', async ({ onTestFinished }) => {
    const source = `
      const leak = [];
      setInterval(() => {
        for (let i = 0; i < 400; i++) leak.push({ i, text: 'x'.repeat(50) + i });
        gc();
      }, 20);`;
    const app = startApp({ source, node, nodeOptions: WITH_GC, onTestFinished });
    await waitForEntry(
      app.recordingFile,
      (entries) => entries.filter((entry) => entry.type === 'snapshot')[2],
    );
    app.child.kill();
    const [recording] = (await app.ended).recordings;
    expect(entriesOf(recording, 'snapshot').slice(0, 3)).toMatchObject([
      { reason: 'baseline', status: 'written' },
      { reason: 'growth', status: 'written' },
      { reason: 'growth', status: 'written' },
    ]);
  });

  test('is turned off by LEAKWATCH_OFF', async ({ onTestFinished }) => {
    const app = startApp({ source: 'console.log(1)', node, env: { LEAKWATCH_OFF: '1' }, onTestFinished });
    expect(await app.ended).toMatchObject({ exitCode: 0, stdout: '1\n', stderr: '', recordings: [] });
    expect(existsSync(app.runFolder)).toBe(false);
  });
});
