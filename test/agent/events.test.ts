import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { AGENT_API, entriesOf, startApp, waitForEntry } from './run-app.ts';

const APP = `
  const { startAgent } = require(${JSON.stringify(AGENT_API)});
  const agent = startAgent();
  const leak = [];
  const heard = new Set();
  const hear = (name) => (event) => {
    if (heard.has(name)) return;
    heard.add(name);
    console.log(JSON.stringify({ name, event }));
    if (heard.size === 4) process.exit();
  };
  agent.on('snapshot', () => { throw new Error('thrown by a listener'); });
  agent.on('snapshot', async () => { throw new Error('rejected by a listener'); });
  agent.on('snapshot', () => console.log('taken back'))();
  agent.on('surprise', () => {});
  for (const name of ['stall', 'growth', 'snapshot', 'verdict']) agent.on(name, hear(name));
  setTimeout(() => { agent.mark('deployed'); agent.takeSnapshot(); }, 100);
  setInterval(() => {
    for (let i = 0; i < 400; i++) leak.push({ i, text: 'x'.repeat(50) + i });
    gc();
  }, 20);
  const block = () => {
    const until = Date.now() + 400;
    while (Date.now() < until);
    if (!heard.has('stall')) setTimeout(block, 1000);
  };
  setTimeout(block, 1500);`;

test('tells of stalls, growth, snapshots and verdicts, and bears listeners that fail', async () => {
  const app = startApp({
    source: APP,
    nodeOptions: ['--expose-gc'],
    env: { LEAKWATCH_SNAPSHOT_ON_GROWTH: '0' },
  });
  await waitForEntry(app.recordingFile, (entries) => entries.find(({ type }) => type === 'sample'));
  writeFileSync(
    join(app.runFolder, 'report.json'),
    '{"verdict":"leak","headline":"Found 1 leak.","findings":[]}',
  );
  const { stdout, stderr, exitCode, recordings } = await app.ended;
  const lines = stdout.trim().split('\n');
  const events = new Map(
    lines.map((line) => JSON.parse(line) as { name: string; event: unknown }).map((e) => [e.name, e.event]),
  );
  expect(events.get('snapshot')).toMatchObject({ reason: 'api', status: 'written' });
  expect(events.get('growth')).toMatchObject({ floorBytes: expect.any(Number) as number });
  expect(events.get('stall')).toMatchObject({ type: 'stall', category: expect.any(String) as string });
  expect(events.get('verdict')).toEqual({
    file: join(app.runFolder, 'report.json'),
    verdict: 'leak',
    headline: 'Found 1 leak.',
  });
  expect(lines).toHaveLength(4);
  expect(exitCode).toBe(0);
  expect(stderr.trim().split('\n').toSorted()).toEqual([
    "leakwatch: a listener of 'snapshot' failed: rejected by a listener",
    "leakwatch: a listener of 'snapshot' failed: thrown by a listener",
    "leakwatch: on('surprise') is ignored: expected one of stall, growth, snapshot, verdict and a function",
  ]);
  expect(entriesOf(recordings[0], 'mark')).toMatchObject([{ name: 'deployed' }]);
  expect(entriesOf(recordings[0], 'snapshot')).toHaveLength(1);
});
