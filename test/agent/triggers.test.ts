import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

import type { SnapshotTaken } from '../../agent/recording.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT, entriesOf, startApp, waitForEntry, type RunningApp } from './run-app.ts';

const IDLE = `setInterval(() => {}, 1000);`;

const NO_GROWTH = { LEAKWATCH_SNAPSHOT_ON_GROWTH: '0' };

describe('a level that is reached gives a snapshot', () => {
  test.each([
    ['heap-level', { LEAKWATCH_SNAPSHOT_AT_HEAP_MB: '3' }],
    ['rss-level', { LEAKWATCH_SNAPSHOT_AT_RSS_MB: '20' }],
  ])('%s', async (reason, env) => {
    const app = startApp({ source: IDLE, env: { ...NO_GROWTH, ...env } });
    expect(await snapshotOf(app, 1)).toMatchObject({ reason, status: 'written' });
    app.child.kill();
    await app.ended;
  });
});

test.each(NODE_MAJORS)(
  'on Node %i a heap near its limit is written down before the process dies of it, as it does without',
  async (major) => {
    // It grows only once the agent has had its chance: without the snapshot the process would live on.
    const app = startApp({
      source: `
        const all = [];
        const isSeen = () => require('node:fs').readdirSync(process.env.LEAKWATCH_DIR).some((name) => name.endsWith('.heapsnapshot'));
        setInterval(() => {
          const used = process.memoryUsage().heapUsed / 2 ** 20;
          if (used < 34 || isSeen()) for (let i = 0; i < 50; i++) all.push(Buffer.alloc(4000, i).toString('latin1'));
        }, 5);`,
      node: nodeBinary(major),
      nodeOptions: ['--max-old-space-size=40', '--require', AGENT],
      env: { ...NO_GROWTH, LEAKWATCH_SNAPSHOT_NEAR_LIMIT: '1' },
    });
    const { signal, stderr, recordings } = await app.ended;
    expect({ signal }).toEqual({ signal: 'SIGABRT' });
    expect(stderr).toContain('JavaScript heap out of memory');
    expect(entriesOf(recordings[0], 'snapshot')[0]).toMatchObject({
      reason: 'near-limit',
      status: 'written',
    });
  },
);

describe('at shutdown', () => {
  const env = { ...NO_GROWTH, LEAKWATCH_SNAPSHOT_ON_SHUTDOWN: '1' };

  test.each([
    ['without a listener of its own', IDLE, {}, 'SIGTERM', { exitCode: null, signal: 'SIGTERM', stdout: '' }],
    [
      'with one',
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(3); }); ${IDLE}`,
      {},
      'SIGTERM',
      { exitCode: 3, signal: null, stdout: 'bye\n' },
    ],
    ['under PM2', IDLE, { pm_id: '0' }, 'SIGINT', { exitCode: null, signal: 'SIGINT', stdout: '' }],
  ] as const)('an application %s ends as without the agent, and leaves a snapshot', async (...row) => {
    const [, source, extra, signal, ended] = row;
    const app = startApp({ source, env: { ...env, ...extra } });
    await waitForEntry(app.recordingFile, (entries) => entries.find(({ type }) => type === 'sample'));
    app.child.kill(signal);
    const result = await app.ended;
    expect(result).toMatchObject({ ...ended, stderr: '' });
    expect(entriesOf(result.recordings[0], 'snapshot')).toMatchObject([
      { reason: 'shutdown', status: 'written' },
    ]);
  });

  test('by PM2 with a message, it leaves a snapshot before its own listener hears of it', async () => {
    const source = `
      process.on('message', (message) => { if (message === 'shutdown') { console.log('bye'); process.exit(3); } });`;
    const app = startApp({ source, env: { ...env, pm_id: '0' }, hasChannel: true });
    await waitForEntry(app.recordingFile, (entries) => entries.find(({ type }) => type === 'sample'));
    app.child.send('another');
    app.child.send('shutdown');
    const result = await app.ended;
    expect(result).toMatchObject({ exitCode: 3, stdout: 'bye\n', stderr: '' });
    expect(entriesOf(result.recordings[0], 'snapshot')).toMatchObject([
      { reason: 'shutdown', status: 'written' },
    ]);
  });

  test.each([
    ['listens to no messages', ''],
    ['listens no more', `process.on('message', () => {}); process.removeAllListeners('message');`],
    ['waits for one', `process.once('message', () => {}); process.send('ready');`],
  ])('an application with a channel that %s is not kept alive', async (_, source) => {
    const app = startApp({ source, env: { ...env, pm_id: '0' }, hasChannel: true });
    app.child.once('message', () => app.child.send('another'));
    expect(await app.ended).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});

const TOKEN = '0123456789abcdef';

describe.each([20, 26])('by HTTP on Node %i', (major) => {
  test('a snapshot is taken for who knows the token, one at a time, and nobody else is answered', async () => {
    const app = startApp({
      source: IDLE,
      node: nodeBinary(major),
      // The first request waits for its snapshot as long, while the other comes.
      env: {
        ...NO_GROWTH,
        LEAKWATCH_HTTP_PORT: '0',
        LEAKWATCH_HTTP_TOKEN: TOKEN,
        LEAKWATCH_INTERVAL_MS: '400',
      },
    });
    const { message } = await waitForEntry(app.recordingFile, (entries) =>
      entries.find((entry) => entry.type === 'notice'),
    );
    const port = Number(/^snapshots by HTTP at 127\.0\.0\.1:(?<port>\d+)$/.exec(message)?.groups?.port);
    const ask = (changes: Partial<Call>) => answerOf({ port, ...changes });
    expect(await ask({ authorization: undefined })).toMatchObject({ status: 401 });
    expect(await ask({ authorization: `Bearer ${TOKEN}x` })).toMatchObject({ status: 401 });
    expect(await ask({ host: 'leakwatch.example' })).toMatchObject({ status: 403 });
    expect(await ask({ origin: `http://127.0.0.1:${port}` })).toMatchObject({ status: 403 });
    expect(await ask({ path: '/' })).toMatchObject({ status: 404 });
    expect(await ask({ method: 'GET' })).toMatchObject({ status: 405 });
    // Stopped until both have been sent: they come at once, whatever the machine does.
    app.child.kill('SIGSTOP');
    let sent = 0;
    const onSent = () => void (++sent === 2 && app.child.kill('SIGCONT'));
    const [first, second] = await Promise.all([ask({ onSent }), ask({ onSent })]);
    const [taken, busy] = first.status === 200 ? [first, second] : [second, first];
    expect(busy).toEqual({ status: 409, body: { error: 'a snapshot is being taken for another request' } });
    expect(taken).toMatchObject({ status: 200, body: { status: 'written' } });
    expect(await snapshotOf(app, 1)).toMatchObject({ reason: 'http', file: taken.body.file });
    await waitForEntry(app.recordingFile, (entries) => entries.find(({ type }) => type === 'sample'));
    app.child.kill();
    const [recording] = (await app.ended).recordings;
    expect(entriesOf(recording, 'listening')).toEqual([]);
    expect(entriesOf(recording, 'sample').filter(({ requests }) => requests)).toEqual([]);
    expect(entriesOf(recording, 'sample').at(-1)?.activeResources).not.toHaveProperty('TCPServerWrap');
  });
});

test('a port without a token of 16 characters is not opened, and does not keep the process alive', async () => {
  const env = { LEAKWATCH_HTTP_PORT: '0', LEAKWATCH_HTTP_TOKEN: 'short' };
  const refused = await startApp({ source: '', env }).ended;
  expect(refused).toMatchObject({
    exitCode: 0,
    stderr: 'leakwatch: LEAKWATCH_HTTP_PORT is ignored: LEAKWATCH_HTTP_TOKEN needs 16 characters\n',
  });
  const opened = await startApp({ source: '', env: { ...env, LEAKWATCH_HTTP_TOKEN: TOKEN } }).ended;
  expect(opened).toMatchObject({ exitCode: 0, stderr: '' });
});

interface Call {
  readonly port: number;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly origin?: string;
  readonly authorization?: string | undefined;
  readonly onSent?: () => void;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function answerOf(call: Call): Promise<Answer> {
  const { port, method = 'POST', path = '/snapshot', host, origin, onSent = () => {} } = call;
  const authorization = 'authorization' in call ? call.authorization : `Bearer ${TOKEN}`;
  const headers = {
    ...(host !== undefined && { host }),
    ...(origin !== undefined && { origin }),
    ...(authorization !== undefined && { authorization }),
  };
  return new Promise((resolve, reject) => {
    request({ port, method, path, headers, agent: false }, (response) => {
      void text(response).then((body) =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) as Record<string, unknown> }),
      );
    })
      .on('error', reject)
      .on('finish', onSent)
      .end();
  });
}

function snapshotOf(app: RunningApp, count: number): Promise<SnapshotTaken> {
  return waitForEntry(
    app.recordingFile,
    (entries) => entries.filter((entry): entry is SnapshotTaken => entry.type === 'snapshot')[count - 1],
  );
}
