import { expect, test } from 'vitest';

import { AGENT, startApp, waitForEntry } from './run-app.ts';

const EVERY_40_MS = `
  setInterval(() => {
    for (const until = Date.now() + SPIN_MS; Date.now() < until; );
  }, 40);
  process.once('SIGTERM', () => process.exit());`;

test.for([
  { process: 'at rest', spinMs: 0, least: 2, most: 29 },
  { process: 'that is busy', spinMs: 30, least: 30, most: Infinity },
])('the first heap profile of a process $process', async ({ spinMs, least, most }, { onTestFinished }) => {
  const app = startApp({
    source: EVERY_40_MS.replace('SPIN_MS', String(spinMs)),
    nodeOptions: ['--require', AGENT],
    env: { LEAKWATCH_HEAP_PROFILE: '1', LEAKWATCH_INTERVAL_MS: '200', LEAKWATCH_STALL_MS: '0' },
    onTestFinished,
  });
  const samplesBefore = await waitForEntry(app.recordingFile, (entries) => {
    const first = entries.findIndex(({ type }) => type === 'heap-profile');
    return first < 0 ? undefined : entries.slice(0, first).filter(({ type }) => type === 'sample').length;
  });
  app.child.kill();
  await app.ended;
  // The sample that it is written at comes after it.
  expect(samplesBefore + 1).toBeGreaterThanOrEqual(least);
  expect(samplesBefore + 1).toBeLessThanOrEqual(most);
});
