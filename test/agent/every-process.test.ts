import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readRecording } from '../../analyzer/recording-reader.ts';
import { RECORDING_SUFFIX, type Recording } from '../../agent/recording.ts';
import { installed, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT, AGENT_API, entriesOf } from './run-app.ts';

const TSX = pathToFileURL(createRequire(__filename).resolve('tsx')).href;
const ON_LOAD = { NODE_OPTIONS: `--require ${JSON.stringify(AGENT)}` };

/** TypeScript that no JavaScript engine reads. */
const SERVER = `
  import { createServer, type Server } from 'node:http';
  interface Greeting { readonly text: string }
  const greeting: Greeting = { text: 'ready' };
  const server: Server = createServer().listen(0, (): void => {
    console.log(greeting.text);
    setTimeout(() => server.close(), 100);
  });`;

interface Program {
  readonly node: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
}

async function run({ node, args, folder, env = {} }: Program) {
  const runFolder = join(folder, 'run');
  const { stdout, stderr } = await promisify(execFile)(node, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, LEAKWATCH_DIR: runFolder, LEAKWATCH_INTERVAL_MS: '50', ...env },
  });
  return { stdout, stderr, recordings: await recordingsIn(runFolder) };
}

async function recordingsIn(folder: string): Promise<readonly Recording[]> {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(RECORDING_SUFFIX));
  return Promise.all(names.map((name) => readRecording(join(folder, name))));
}

describe('a TypeScript program is recorded', () => {
  test.each([
    ['tsx on Node 20', 20, ['--import', TSX]],
    ['tsx on Node 26', 26, ['--import', TSX]],
    ['--experimental-strip-types on Node 22', 22, ['--experimental-strip-types', '--no-warnings']],
    ['Node 24 alone', 24, ['--no-warnings']],
  ] as const)('under %s', async (_, major, options) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'server.mts'), SERVER);
    const args = [...options, 'server.mts'];
    const { stdout, stderr, recordings } = await run({ node: nodeBinary(major), args, folder, env: ON_LOAD });
    expect({ stdout, stderr }).toEqual({ stdout: 'ready\n', stderr: '' });
    const listening = recordings.filter((recording) => entriesOf(recording, 'listening').length === 1);
    expect(listening).toHaveLength(1);
    expect(listening[0].header.script).toBe(join(folder, 'server.mts'));
    expect(listening[0].entries.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
  });
});

describe('a bundled program is recorded', () => {
  test.each([
    ['with the agent loaded beside it', SERVER, ON_LOAD],
    [
      'with the agent inside it',
      `import { startAgent } from ${JSON.stringify(AGENT_API)}; startAgent(); ${SERVER}`,
      {},
    ],
  ])('%s', async (_, source, env) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'server.mts'), source);
    await build({
      entryPoints: [join(folder, 'server.mts')],
      outfile: join(folder, 'bundle.cjs'),
      bundle: true,
      minify: true,
      platform: 'node',
    });
    const { stdout, stderr, recordings } = await run({
      node: process.execPath,
      args: ['bundle.cjs'],
      folder,
      env,
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'ready\n', stderr: '' });
    expect(recordings).toHaveLength(1);
    expect(entriesOf(recordings[0], 'listening')).toHaveLength(1);
  });
});

test.each([20, 26])(
  'node --watch on Node %i: each restart is recorded into the same folder',
  async (major) => {
    const folder = temporaryFolder();
    const runFolder = join(folder, 'run');
    const script = join(folder, 'app.cjs');
    writeFileSync(script, saying('first'));
    const child = spawn(nodeBinary(major), ['--no-warnings', '--watch', script], {
      cwd: folder,
      env: { PATH: process.env.PATH, LEAKWATCH_DIR: runFolder, ...ON_LOAD },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    // Node waits for ever for a program that it was about to start again when it was told to end.
    const endGroup = () => void process.kill(-Number(child.pid), 'SIGKILL');
    onTestFinished(() => void (child.signalCode === null && endGroup()));
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    await expect.poll(() => stdout).toContain('first');
    // Node watches a file a moment after the program has run: a change that comes sooner is missed.
    const changed = () => {
      writeFileSync(script, saying('second'));
      return stdout;
    };
    await expect.poll(changed, { interval: 1000 }).toContain('second');
    endGroup();
    await once(child, 'exit');
    const recordings = await recordingsIn(runFolder);
    const ofApp = recordings.filter(({ header }) => header.ppid === child.pid);
    expect(ofApp.length).toBeGreaterThan(1);
    for (const { header, damagedLines } of ofApp)
      expect({ script: header.script, damagedLines }).toEqual({ script, damagedLines: 0 });
  },
);

test('PM2 in fork and in cluster mode: every process is recorded, by its own script', async () => {
  const folder = temporaryFolder();
  const runFolder = join(folder, 'run');
  const script = join(folder, 'app.cjs');
  writeFileSync(
    script,
    `require('node:http').createServer().listen(0, '127.0.0.1'); process.on('SIGINT', () => process.exit(0));`,
  );
  const pm2 = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [join(installed('pm2', '7.0.4'), 'bin', 'pm2'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, PM2_HOME: join(folder, 'pm2'), ...env },
    });
  mkdirSync(join(folder, 'pm2'));
  // The daemon runs already when the variables are set, as on a server.
  await pm2(['ping']);
  onTestFinished(async () => void (await pm2(['kill'])));
  const variables = { LEAKWATCH_DIR: runFolder, LEAKWATCH_INTERVAL_MS: '100' };
  // PM2 takes a path with a blank for a command line.
  const agent = join(mkdtempSync(join(tmpdir(), 'leakwatch-pm2-')), 'agent');
  symlinkSync(dirname(AGENT), agent);
  onTestFinished(() => rmSync(dirname(agent), { recursive: true }));
  // Only after so many milliseconds it kills what has not ended.
  const nodeArguments = ['--node-args', `--require ${agent}`, '--kill-timeout', '60000'];
  await pm2(['start', 'app.cjs', '--name', 'one', ...nodeArguments], variables);
  await pm2(['start', 'app.cjs', '--name', 'two', '-i', '2', ...nodeArguments], variables);
  const listening = async () =>
    (await recordingsIn(runFolder)).filter((recording) => entriesOf(recording, 'listening').length > 0);
  await expect.poll(async () => (await listening()).length).toBe(3);
  await pm2(['stop', 'all']);
  const recordings = await recordingsIn(runFolder);
  expect(recordings.map(({ header }) => header.script)).toEqual([script, script, script]);
  expect(recordings.map(({ header }) => header.role).toSorted()).toEqual([
    'cluster-worker',
    'cluster-worker',
    'main',
  ]);
  for (const { entries } of recordings) expect(entries.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
});

function saying(word: string): string {
  return `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.log('${word}');`;
}
