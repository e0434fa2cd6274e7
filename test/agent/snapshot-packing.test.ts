import { execFile } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { readRun } from '../../analyzer/analyze-run.ts';
import { readSnapshot } from '../../analyzer/index.ts';
import { removeSnapshot } from '../../agent/snapshot-packing.ts';
import { nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT_API, entriesOf, runApp } from './run-app.ts';

test('a snapshot is packed when it was taken, and found by its new name', async () => {
  const source = `
    const { existsSync } = require('node:fs');
    const agent = require(${JSON.stringify(AGENT_API)}).startAgent();
    const path = require('node:path').join(agent.runFolder, agent.takeSnapshot().file);
    const timer = setInterval(() => { if (!existsSync(path)) clearInterval(timer); }, 50);`;
  const folder = temporaryFolder();
  const env = { LEAKWATCH_SNAPSHOT_COMPRESS: 'gzip' };
  const { exitCode, stderr, recordings } = await runApp({ source, folder, env });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const [{ file }] = entriesOf(recordings[0], 'snapshot');
  const [{ snapshots }] = await readRun(join(folder, 'run'));
  expect(snapshots).toEqual([join(folder, 'run', `${file}.gz`)]);
  expect(statSync(snapshots[0]).mode & 0o777).toBe(0o600);
  expect((await readSnapshot(snapshots[0])).nodeCount).toBeGreaterThan(10_000);
});

/** Packs files one after the other, and prints what it is told. */
const PROGRAM = `
  const [, module, folder, packing, ...files] = process.argv;
  const alive = setInterval(() => {}, 1000);
  const told = [];
  const end = () => { clearInterval(alive); console.log(told.join()); };
  const onPacked = (file) => { if (told.push(file) === files.length) end(); };
  const onFailure = (reason) => { told.push(reason); end(); };
  const packer = require(module).createPacker(folder, packing, { onPacked, onFailure });
  for (const file of files) packer.pack(file);`;

/** No process outlives a test that fails. */
const ENDS = { timeout: 200_000, killSignal: 'SIGKILL' } as const;

const MODULE = join(dirname(AGENT_API), 'snapshot-packing.js');

// More than two of the parts that are packed one by one.
const WORDS = 600_000;
const TEXT = 'a heap snapshot '.repeat(WORDS);

test.each([
  [20, 'gzip', '.gz', 'gunzipSync'],
  [26, 'zstd', '.zst', 'zstdDecompressSync'],
] as const)(
  'on Node %i by %s, in parts, one file after the other',
  async (major, packing, suffix, unpack) => {
    const folder = temporaryFolder();
    const run = (...args: readonly string[]) => promisify(execFile)(nodeBinary(major), args, ENDS);
    for (const name of ['one', 'two']) writeFileSync(join(folder, name), TEXT);
    const packed = await run('-e', PROGRAM, MODULE, folder, packing, 'one', 'two');
    expect(packed).toEqual({ stdout: `one${suffix},two${suffix}\n`, stderr: '' });
    expect(readdirSync(folder).toSorted()).toEqual([`one${suffix}`, `two${suffix}`]);
    // By the Node that packed it: an older one cannot unpack zstd.
    const words = `String(zlib.${unpack}(fs.readFileSync(process.argv[1]))).split('a heap snapshot ').length - 1`;
    const { stdout } = await run('-p', words, join(folder, `two${suffix}`));
    expect(Number(stdout)).toBe(WORDS);
  },
);

test('a packing that this Node does not have is told once, and the file stays as it is', async () => {
  const folder = temporaryFolder();
  for (const name of ['one', 'two']) writeFileSync(join(folder, name), 'x');
  const args = ['-e', PROGRAM, MODULE, folder, 'zstd', 'one', 'two'];
  const { stdout, stderr } = await promisify(execFile)(nodeBinary(20), args, ENDS);
  expect(stdout).toMatch(/^Node 20\.\S+ has no zstd\n$/);
  expect(stderr).toBe(`leakwatch: snapshots are not packed any more: ${stdout}`);
  expect(readdirSync(folder).toSorted()).toEqual(['one', 'two']);
});

test('a snapshot that makes room goes with all that was packed of it', () => {
  const folder = temporaryFolder();
  for (const name of [
    '1.heapsnapshot.gz',
    '1.heapsnapshot.zst.packing',
    '2.heapsnapshot',
    '2.heapsnapshot.gz',
  ])
    writeFileSync(join(folder, name), 'x');
  removeSnapshot(join(folder, '1.heapsnapshot'));
  expect(readdirSync(folder).toSorted()).toEqual(['2.heapsnapshot', '2.heapsnapshot.gz']);
});
