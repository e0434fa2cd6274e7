import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CheckReport } from '../../cli/check/check-report.ts';
import { leakwatch, ROOT } from '../helpers/leakwatch.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const SHOP = `
const express = require('express');
const visits = []; // culprit
const app = express();
let count = 0;
function hold() {
  const end = Date.now() + 300;
  while (Date.now() < end);
}
app.get('/health', (request, response) => response.send('ok'));
app.get('/', (request, response) => {
  visits.push({ url: request.url, at: new Date() });
  if (++count % 50 === 0) hold();
  response.send('ok');
});
app.listen(0, '127.0.0.1');
`;

const ORDERS = `
const app = require('fastify')();
app.get('/', async () => ({ lines: Array.from({ length: 20 }, (_, id) => ({ id })) }));
app.listen({ port: 0, host: '127.0.0.1' });
`;

/** Listens, and is never ready. */
const CLOSED = `
require('node:http').createServer((request, response) => { response.statusCode = 503; response.end(); }).listen(0, '127.0.0.1');
`;

/** Leaves a process behind that knows nothing of Node, and ends. */
const BEATS = `
const { spawn } = require('node:child_process');
spawn('sh', ['-c', 'while :; do echo . >> beats; sleep 0.1; done'], { stdio: 'ignore' });
setTimeout(() => { throw new Error('no database'); }, 500);
`;

const QUICK = { rounds: 3, round: '500ms', warmup: '100ms', settle: '0s' };
const ADDRESS = 'http://127.0.0.1:$PORT/';
const LOAD = `autocannon --duration 600 --connections 2 --overallRate 200 ${ADDRESS}`;
const UNDER_LOAD = { rounds: 3, round: '2s', warmup: '2s', settle: '500ms', load: LOAD };

const project = join(sharedTemporaryFolder(), 'my project');
const LEAK_LINE = SHOP.split('\n').findIndex((line) => line.endsWith('// culprit')) + 1;

beforeAll(() => {
  mkdirSync(project);
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  for (const [name, text] of Object.entries({ shop: SHOP, orders: ORDERS, closed: CLOSED, beats: BEATS }))
    writeFileSync(join(project, `${name}.js`), text);
});

/** What `check` says of services of a config, from a folder above it. */
async function check(name: string, scenarios: Readonly<Record<string, object>>) {
  writeFileSync(join(project, `${name}.json`), JSON.stringify({ scenarios }));
  const result = await leakwatch(['check', `--config=my project/${name}.json`, `--json=${name}.out`], {
    cwd: join(project, '..'),
    env: { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' },
  });
  const out = readFileSync(join(project, '..', `${name}.out`), 'utf8');
  return { ...result, report: JSON.parse(out) as CheckReport };
}

describe.concurrent('a service under load', () => {
  test('of Express fails with the line of its leak, of what blocks it, and with its budgets', async () => {
    const budgets = { heapFloorMB: 1, loopP99Ms: 0, gcShare: 0, longestBlockMs: 100 };
    const shop = { ...UNDER_LOAD, start: 'node shop.js', ready: `${ADDRESS}health`, budgets };
    const { exitCode, report } = await check('leaky', { shop });
    const [{ problems, sentence, artifacts }] = report.scenarios;
    expect([sentence, problems]).toMatchObject([
      expect.stringContaining(`shop.js:${LEAK_LINE}`),
      [
        { rule: expect.stringMatching(/^leak\//) as string, location: { file: 'shop.js', line: LEAK_LINE } },
        { rule: 'stall/cpu', title: expect.stringMatching(/^`hold` /) as string },
        { rule: 'budget/heapFloorMB' },
        { rule: 'budget/loopP99Ms' },
        { rule: 'budget/gcShare' },
      ],
    ]);
    expect([exitCode, problems.length]).toEqual([1, 5]);
    expect(existsSync(join(project, artifacts[0]))).toBe(true);
  });

  test('of Fastify passes within its budgets', async () => {
    const budgets = { heapFloorMB: 500, loopP99Ms: 10_000, gcShare: 1, longestBlockMs: 60_000 };
    const orders = { ...UNDER_LOAD, start: 'node orders.js', budgets };
    const { exitCode, report } = await check('healthy', { orders });
    const number = expect.any(Number) as number;
    expect(report.scenarios).toMatchObject([
      {
        outcome: 'passed',
        measures: { heapFloorMB: number, loopP99Ms: number, gcShare: number, longestBlockMs: number },
        problems: [],
        artifacts: [],
      },
    ]);
    expect(exitCode).toBe(0);
  });

  test('that cannot be tried is told in a sentence each, with exit code 2', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const listens = `require('node:http').createServer(() => {}).listen(${port}, '127.0.0.1')`;
    const { exitCode, report } = await check('broken', {
      missing: { ...QUICK, start: 'no-such-server', load: 'true' },
      dies: { ...QUICK, start: 'node beats.js', load: 'true' },
      taken: { ...QUICK, start: ['node', '-e', listens], load: 'true' },
      loadless: { ...QUICK, start: 'node orders.js', load: 'no-such-load' },
      failing: { ...QUICK, start: 'node orders.js', load: 'echo refused; exit 3' },
      unreached: { ...QUICK, round: '1s', start: 'node orders.js', ready: ADDRESS, load: 'true' },
    });
    expect(report.scenarios.map(({ outcome, sentence }) => `${outcome}: ${sentence}`)).toEqual([
      'unable: The command "no-such-server" was not found.',
      'unable: The application ended by itself (exit code 1), and said: Error: no database.',
      expect.stringMatching(/^unable: .*\(exit code 1\), and said: Error: listen EADDRINUSE/) as string,
      expect.stringMatching(/^unable: The load failed \(exit code 127\): .*no-such-load/) as string,
      'unable: The load failed (exit code 3): refused',
      'unable: The load sent the application no request in the rounds, so that nothing was tried.',
    ]);
    expect(exitCode).toBe(2);
    const beats = join(project, 'beats');
    const { size } = statSync(beats);
    await sleep(500);
    expect(statSync(beats).size).toBe(size);
  });

  test('that never comes up is waited for so long and no longer', async () => {
    const { exitCode, report } = await check('closed', {
      silent: {
        ...QUICK,
        start: ['node', '-e', 'setInterval(() => {}, 1000)'],
        load: 'true',
        startTimeout: '1s',
      },
      closed: {
        ...QUICK,
        start: 'node closed.js',
        ready: `${ADDRESS}health`,
        load: 'true',
        startTimeout: '10s',
      },
    });
    expect(report.scenarios.map(({ outcome, sentence }) => `${outcome}: ${sentence}`)).toEqual([
      'unable: The application did not listen on a port within 1 s, so the load was not started.',
      expect.stringMatching(
        /^unable: The application was not ready within 10 s: http:\/\/127\.0\.0\.1:\d+\/health did not answer well\.$/,
      ) as string,
    ]);
    expect(exitCode).toBe(2);
  });
});
