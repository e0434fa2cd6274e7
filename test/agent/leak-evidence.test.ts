import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { analyzeRun } from '../../analyzer/index.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT, entriesOf, startApp, waitForEntry } from './run-app.ts';

const LEAKING = `
  const { EventEmitter } = require('node:events');
  const sessions = [];
  function openSession() {
    for (let i = 0; i < 2000; i++) sessions.push({ i, name: 'x'.repeat(200) + i });
  }
  function answer() {
    return Array.from({ length: 5000 }, (_, i) => ({ i })).length;
  }
  setInterval(() => { openSession(); answer(); }, 50);
  const bus = new EventEmitter();
  for (let i = 0; i < 12; i++) bus.on('price', () => {});
  process.once('SIGTERM', () => process.exit());`;

describe.each(NODE_MAJORS)('Node %i', (major) => {
  test('a run without snapshots names the function whose allocations stay, and the listeners', async () => {
    const app = startApp({
      source: LEAKING,
      node: nodeBinary(major),
      nodeOptions: ['--no-warnings', '--require', AGENT],
      env: { LEAKWATCH_HEAP_PROFILE: '1', LEAKWATCH_SNAPSHOT_ON_GROWTH: '0', LEAKWATCH_INTERVAL_MS: '120' },
    });
    await waitForEntry(
      app.recordingFile,
      (entries) => entries.filter(({ type }) => type === 'heap-profile')[3],
    );
    app.child.kill();
    const { exitCode, stdout, stderr, recordings } = await app.ended;
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const profiles = entriesOf(recordings[0], 'heap-profile');
    expect(profiles.length).toBeGreaterThan(4);
    for (const { file, fileBytes } of profiles) {
      const { mode, size } = statSync(join(app.runFolder, file));
      expect({ mode: mode & 0o777, size }).toEqual({ mode: 0o600, size: fileBytes });
    }

    const script = join(app.runFolder, '..', 'app.cjs');
    const report = await analyzeRun(app.runFolder);
    expect(report.verdict).toBe('unknown');
    expect(report.headline).toMatch(/^A leak is suspected: process \d+ keeps ever more memory/);
    expect(report.reasons[0]).toMatch(
      new RegExp(`^What openSession \\(${script}:4\\) allocates stays alive: \\S+ MB per minute \\(`),
    );
    expect(report.reasons).toContainEqual(
      `EventEmitter had 11 listeners of 'price', the last of them added at ${script}:12.`,
    );
  });
});
