import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readRecording } from '../../analyzer/recording-reader.ts';
import { leakwatch, resultOf } from '../helpers/leakwatch.ts';
import { AGENT } from '../agent/run-app.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A server with two worker threads, which tells on demand what an agent would leave behind. */
const APP = `
  const { Worker, isMainThread } = require('node:worker_threads');
  if (!isMainThread) return void setInterval(() => {}, 1000);
  const workers = [new Worker(__filename), new Worker(__filename)];
  const traces = () => ({
    inspector: require('node:inspector').url() ?? null,
    listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
    resources: process.getActiveResourcesInfo().filter((type) => !/Immediate|Pipe/.test(type)).toSorted(),
    modules: Object.keys(require.cache),
    globals: Object.getOwnPropertySymbols(globalThis).map(String),
    threads: require('node:fs').readdirSync('/proc/self/task').length,
  });
  require('node:inspector');
  let online = 0;
  const tell = () => require('node:fs').writeFileSync('traces.json', JSON.stringify(traces()));
  for (const worker of workers) worker.on('online', () => ++online === 2 && setTimeout(() => {
    process.on('SIGUSR2', tell);
    console.log('ready');
  }, 100));`;

interface App {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly pid: number;
}

async function startedApp(node: string, nodeOptions: readonly string[] = [], source = APP): Promise<App> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.cjs'), source);
  // Any free port: another process on this machine may have the usual one.
  const child = spawn(node, ['--inspect-port=0', ...nodeOptions, 'app.cjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { child, folder, pid: child.pid ?? 0 };
}

async function tracesOf({ child, folder }: App): Promise<unknown> {
  const file = join(folder, 'traces.json');
  if (existsSync(file)) writeFileSync(file, '');
  child.kill('SIGUSR2');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '').toBe(true);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

describe.runIf(process.platform === 'linux')('attaching', () => {
  test.each(NODE_MAJORS)(
    'on Node %i records the main thread and the workers, and leaves no trace',
    async (major) => {
      const app = await startedApp(nodeBinary(major));
      const stderr = resultOf(app.child).then((result) => result.stderr);
      const before = await tracesOf(app);
      // Long enough for the agent's own thread to begin; twice on one Node, because what is left may show only then.
      for (const run of major === 20 ? ['first', 'second'] : ['first']) {
        const attach = ['attach', '--duration', '1500ms', '--out', run, String(app.pid)];
        const result = await leakwatch(attach, { cwd: app.folder, env: { LEAKWATCH_INTERVAL_MS: '100' } });
        expect(result).toMatchObject({ exitCode: 0, stdout: `${run}\n` });
        expect(result.stderr).toContain(`attached to process ${app.pid}, 3 threads`);
        expect(result.stderr).toContain('detached');
        const names = readdirSync(join(app.folder, run)).toSorted();
        expect(names).toEqual([0, 1, 2].map((thread) => `${app.pid}-${thread}.recording.jsonl`));
        for (const name of names) {
          const { entries } = await readRecording(join(app.folder, run, name));
          expect(entries.some(({ type }) => type === 'sample')).toBe(true);
          expect(entries.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
        }
        // A thread has ended a moment after it has said so.
        await expect.poll(() => tracesOf(app)).toEqual(before);
      }
      app.child.kill();
      expect(await stderr).not.toMatch(/leakwatch|error/i);
    },
  );

  test('refuses in one sentence what it cannot attach to, and leaves no folder', async () => {
    const folder = temporaryFolder();
    const sleeper = spawn('sleep', ['60']);
    const deaf = await startedApp(nodeBinary(24), ['--disable-sigusr1']);
    const observed = await startedApp(process.execPath, ['--require', AGENT]);
    onTestFinished(() => void sleeper.kill());
    const refusals = [
      ['4194999', 'There is no process 4194999.'],
      [String(sleeper.pid), `Process ${sleeper.pid} is no Node.js process but sleep.`],
      [String(deaf.pid), `Process ${deaf.pid} does not open its inspector at SIGUSR1`],
      [String(observed.pid), 'The agent runs there already and records into'],
      ['app.js', 'One process is to be named by its pid.'],
    ];
    for (const [operand, sentence] of refusals) {
      const { exitCode, stderr } = await leakwatch(['attach', operand], { cwd: folder });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(sentence);
      expect(stderr.trim().split('\n').length).toBeLessThan(4);
    }
    expect(sleeper.exitCode).toBeNull();
    expect(deaf.child.exitCode).toBeNull();
    expect(existsSync(join(folder, '.leakwatch')) ? readdirSync(join(folder, '.leakwatch')) : []).toEqual([]);
  });
});
