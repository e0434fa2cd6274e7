import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { analyzeRun } from '../../analyzer/index.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT, entriesOf, runApp, startApp, waitForEntry } from './run-app.ts';

/** Leaks as much as time has passed: of a program that is given no CPU a timer alone makes a leak that comes and goes. */
const LEAKING = `
  const { EventEmitter } = require('node:events');
  const sessions = []; let openedMs = Date.now();
  function openSession() {
    for (const now = Date.now(); openedMs < now; openedMs += 1 / 20) sessions.push(new Array(125).fill(openedMs));
  }
  function answer() {
    return Array.from({ length: 5000 }, (_, i) => ({ i })).length;
  }
  setInterval(() => { openSession(); answer(); }, 50);
  const bus = new EventEmitter();
  for (let i = 0; i < 12; i++) bus.on('price', () => {});
  class Feed extends EventEmitter {}
  const feed = new Feed();
  setInterval(() => feed.on('tick', () => {}), 20);
  process.once('SIGTERM', () => process.exit());`;

// Most of it is waiting for what comes at intervals.
describe.concurrent.each(NODE_MAJORS)('Node %i', (major) => {
  test('a run without snapshots names the function whose allocations stay, and the listeners', async ({
    onTestFinished,
  }) => {
    const app = startApp({
      source: LEAKING,
      node: nodeBinary(major),
      nodeOptions: ['--no-warnings', '--require', AGENT],
      env: { LEAKWATCH_HEAP_PROFILE: '1', LEAKWATCH_SNAPSHOT_ON_GROWTH: '0', LEAKWATCH_INTERVAL_MS: '60' },
      onTestFinished,
    });
    await waitForEntry(app.recordingFile, (entries) =>
      entries.some((entry) => entry.type === 'listeners' && entry.grewFrom !== undefined)
        ? entries.filter(({ type }) => type === 'heap-profile')[4]
        : undefined,
    );
    // It takes three windows of about one length, and more of them where the machine lets it run unevenly.
    const report = await vi.waitFor(
      async () => {
        const now = await analyzeRun(app.runFolder);
        expect(now.headline).toMatch(/^A leak is suspected: process \d+ keeps ever more memory/);
        return now;
      },
      { timeout: 120_000, interval: 500 },
    );
    expect(report.verdict).toBe('unknown');
    app.child.kill();
    const { exitCode, stdout, stderr, recordings } = await app.ended;
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const removed = entriesOf(recordings[0], 'notice').map(({ message }) => message);
    const profiles = entriesOf(recordings[0], 'heap-profile').filter(({ file }) => !removed.includes(file));
    expect(profiles.length).toBeGreaterThan(4);
    for (const { file, fileBytes } of profiles) {
      const { mode, size } = statSync(join(app.runFolder, file));
      expect({ mode: mode & 0o777, size }).toEqual({ mode: 0o600, size: fileBytes });
    }

    const script = join(app.runFolder, '..', 'app.cjs');
    expect(report.reasons[0]).toMatch(
      new RegExp(`^What openSession \\(${script}:4\\) allocates stays alive: \\S+ [MG]B per minute \\(`),
    );
    expect(report.reasons).toContainEqual(
      `EventEmitter had 11 listeners of 'price', the last of them added at ${script}:12.`,
    );
    const growing = report.reasons.filter((reason) => reason.startsWith('Feed had'));
    expect(growing).toHaveLength(1);
    expect(growing[0]).toMatch(/^Feed had \d+ listeners of 'tick' .+ after it had 11, added at .+:15\.$/);
  });
});

const isCounted = (statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0) > 0;

test.runIf(isCounted)('open files are counted, and told by folder when there are many', async () => {
  const folder = temporaryFolder();
  const source = `
    const { openSync } = require('node:fs');
    for (let file = 0; file < 100; file++) openSync(${JSON.stringify(join(folder, 'opened'))}, 'w');
    setTimeout(() => {}, 500);`;
  const { recordings } = await runApp({ source });
  expect(entriesOf(recordings[0], 'sample').at(-1)?.openFiles).toBeGreaterThan(100);
  const [told] = entriesOf(recordings[0], 'open-files');
  expect(told.count).toBeGreaterThan(100);
  expect(told.held[0]).toEqual({ what: folder, count: 100 });
});
