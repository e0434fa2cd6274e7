import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { readSnapshot } from '../../analyzer/index.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT_API, entriesOf, runApp } from './run-app.ts';

/** Stands in for the addon, which takes a compiler: the same calls, and V8's own text in pieces. */
const ADDON = `
  exports.takeSnapshot = () => ({
    serialize(onChunk, onDone) {
      const file = require('node:path').join(__dirname, 'snapshot');
      require('node:v8').writeHeapSnapshot(file);
      const text = require('node:fs').readFileSync(file, 'utf8');
      for (let at = 0; at < text.length; at += 65536) onChunk(text.slice(at, at + 65536), 65536);
      onDone();
    },
    delete() { console.log('deleted'); },
  });`;

const APP = `require(${JSON.stringify(AGENT_API)}).startAgent({ captureEngine: 'v8-profiler-next' }).takeSnapshot();`;

test("the application's addon takes the snapshot", async () => {
  const folder = temporaryFolder();
  const addon = join(folder, 'node_modules', 'v8-profiler-next');
  mkdirSync(addon, { recursive: true });
  writeFileSync(join(addon, 'index.js'), ADDON);
  const { stdout, stderr, recordings } = await runApp({
    source: APP,
    folder,
    nodeOptions: ['--no-warnings'],
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'deleted\n', stderr: '' });
  const [{ status, file = '', fileBytes }] = entriesOf(recordings[0], 'snapshot');
  expect({ status, isLarge: (fileBytes ?? 0) > 1e6 }).toEqual({ status: 'written', isLarge: true });
  const graph = await readSnapshot(join(folder, 'run', file));
  expect(graph.nodeCount).toBeGreaterThan(10_000);
});

test('without the addon a snapshot fails in a sentence', async () => {
  const { stderr, exitCode, recordings } = await runApp({ source: APP, nodeOptions: ['--no-warnings'] });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const [{ status, detail }] = entriesOf(recordings[0], 'snapshot');
  expect({ status, detail }).toMatchObject({
    status: 'failed',
    detail: expect.stringMatching(/^Cannot find module 'v8-profiler-next'/) as string,
  });
});
