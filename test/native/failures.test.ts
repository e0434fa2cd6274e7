import { execFileSync } from 'node:child_process';
import { constants } from 'node:os';
import { chownSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { SnapshotTaken } from '../../agent/recording.ts';
import { entriesOf, runApp, startApp, waitForEntry, AGENT_API, type AppOptions } from '../agent/run-app.ts';
import { ROOT } from '../helpers/leakwatch.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';
import { CAN_FORK } from './native-part.ts';

const DIST = join(ROOT, 'dist', 'agent');
const tools = sharedTemporaryFolder();

// A copy comes last when the machine is busy.

/** What all these applications have: the agent, and a heap that takes a copy a while. */
const START = `
  const { startAgent } = require(${JSON.stringify(AGENT_API)});
  const agent = startAgent({ stallMs: 0 });
  globalThis.kept = Array.from({ length: 5000 }, (_, i) => ({ i, text: 'kept ' + i, list: [i] }));
  const children = () => require('node:fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
  const show = (value) => console.log(JSON.stringify(value));
  const untilCopied = async () => {
    while (children() === '') await new Promise((resume) => setTimeout(resume, 5));
  };`;

/** Writes without the agent, to a path that an application would not have. */
const FORKER = `
  const { createForker } = require(${JSON.stringify(join(DIST, 'snapshot-fork.js'))});
  const write = (path) =>
    createForker().write({ path, heapBytes: 1e7, memoryBytes: 4e9, keepsAlive: true }).then(show);`;

/** Runs an application that shows what snapshots it took, one to a line. */
async function taken(options: AppOptions): Promise<SnapshotTaken[]> {
  const app = await runApp({ nodeOptions: [], ...options });
  expect(app).toMatchObject({ exitCode: 0, signal: null, stderr: '' });
  return linesOf(app.stdout);
}

function linesOf(stdout: string): SnapshotTaken[] {
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as SnapshotTaken);
}

const FORK_THEN_AUTO = `
  (async () => {
    for (const mode of ['fork', 'auto']) show(await agent.takeSnapshot({ mode }));
  })();`;

/** The answers to `fork` and `auto` where forking does not work for this reason. */
function unforked(reason: string): unknown[] {
  return [
    expect.objectContaining({ status: 'failed', detail: reason }),
    expect.objectContaining({ status: 'written', mode: 'in-process', fallback: reason }),
  ];
}

test('without the native part', async () => {
  const folder = temporaryFolder();
  cpSync(DIST, join(folder, 'dist', 'agent'), { recursive: true });
  const source = START.replace(AGENT_API, join(folder, 'dist', 'agent', 'agent.js')) + FORK_THEN_AUTO;
  expect(await taken({ source, folder })).toEqual(unforked(expect.stringMatching(/not built for|cannot be/)));
});

describe.runIf(CAN_FORK)('forking fails', () => {
  test.each([
    ['ENOMEM', constants.errno.ENOMEM, 'the process cannot be copied: ENOMEM, 5 times'],
    ['a sandbox', constants.errno.EPERM, 'the process cannot be copied: EPERM'],
  ])('by %s', async (_, errno, reason) => {
    const confine = join(tools, 'confine');
    const code = join(__dirname, 'confine.c');
    if (!existsSync(confine)) execFileSync(process.env.CC ?? 'cc', ['-o', confine, code]);
    const nodeOptions = [String(errno), process.execPath];
    expect(await taken({ source: START + FORK_THEN_AUTO, node: confine, nodeOptions })).toEqual(
      unforked(reason),
    );
  });

  test('by a limit on processes, but not by having given up privileges', async () => {
    const folder = temporaryFolder();
    const nobody = 65_534;
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(folder, nobody, nobody);
    const app = (limit: boolean) => `${START}
      const { execFileSync } = require('node:child_process');
      const fork = async () => show(await agent.takeSnapshot({ mode: 'fork' }));
      (async () => {
        await fork();
        if (${limit}) execFileSync('prlimit', ['--nproc=1:1', '--pid', process.pid]);
        if (${isRoot}) process.setgid(${nobody}), process.setuid(${nobody});
        await fork();
      })();`;
    const env = { LEAKWATCH_DIR: folder };
    const written = expect.objectContaining({ status: 'written', mode: 'fork' }) as unknown;
    expect(await taken({ source: app(false), folder, env })).toEqual([written, written]);
    expect(await taken({ source: app(true), folder, env })).toEqual([
      written,
      expect.objectContaining({ status: 'failed', detail: 'the process cannot be copied: EAGAIN, 5 times' }),
    ]);
  });

  test.each(NODE_MAJORS.slice(0, 1).concat(NODE_MAJORS.slice(-1)))(
    'by the permission model of Node %i, unless addons are allowed',
    async (major) => {
      const flag = major === 20 ? '--experimental-permission' : '--permission';
      const permissions = [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'];
      const options = { source: START + FORK_THEN_AUTO, node: nodeBinary(major) };
      expect(await taken({ ...options, nodeOptions: permissions })).toEqual(
        unforked(expect.stringMatching(/^the native part cannot be loaded: Cannot load native addon/)),
      );
      expect(await taken({ ...options, nodeOptions: [...permissions, '--allow-addons'] })).toEqual([
        expect.objectContaining({ mode: 'fork' }),
        expect.objectContaining({ mode: 'fork' }),
      ]);
    },
  );
});

describe.runIf(CAN_FORK)('the copy fails', () => {
  test('when the disk is full, and is not made again', async () => {
    expect(await taken({ source: `${START}${FORKER} write('/dev/full');` })).toEqual([
      expect.objectContaining({
        isWritten: false,
        attempts: 1,
        detail: 'the copy could not write: ENOSPC',
        isForkToBlame: false,
      }),
    ]);
  });

  test('when it hangs, and is made again', async () => {
    // A pipe that nobody reads holds the first copy up, and is gone before there is a second.
    const source = `${START}${FORKER}
      require('node:child_process').execFileSync('mkfifo', ['pipe']);
      write('pipe').then(() => show(children()));
      (async () => {
        await untilCopied();
        const first = children();
        while (children() === first) await new Promise((resume) => setTimeout(resume, 5));
        require('node:fs').unlinkSync('pipe');
      })();`;
    const [written, left] = await taken({ source });
    expect(written).toMatchObject({ isWritten: true });
    expect(written.attempts).toBeGreaterThan(1);
    expect(left).toBe('');
  });

  test('when it is killed, and no ordinary snapshot is tried then', async () => {
    const source = `${START}
      agent.takeSnapshot({ mode: 'auto' }).then(show);
      untilCopied().then(() => process.kill(Number(children()), 'SIGKILL'));`;
    expect(await taken({ source })).toEqual([
      expect.objectContaining({
        status: 'failed',
        detail: 'the copy was killed, as the kernel does when memory is short',
      }),
    ]);
  });

  test('when it may take no more memory', async () => {
    const source = `${START}${FORKER.replace('4e9', '1e6')} write('small.heapsnapshot');`;
    const [failed] = await taken({ source });
    expect(failed).toMatchObject({ isWritten: false, detail: expect.stringContaining('memory') as string });
  });
});

describe.runIf(CAN_FORK)('with the process', () => {
  const FORK = `agent.takeSnapshot({ mode: 'fork' }).then(show);`;

  test('the copy dies when it is killed', async () => {
    // The copy waits at a pipe that nobody reads, and the process has no turn in which to notice.
    const source = `${START}${FORKER}
      require('node:child_process').execFileSync('mkfifo', ['pipe']);
      write('pipe');
      untilCopied().then(() => {
        require('node:fs').writeSync(1, children());
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;
    const app = startApp({ source, nodeOptions: [] });
    const pid = await new Promise<number>((resolve) => {
      app.child.stdout?.once('data', (data: Buffer) => resolve(Number(data)));
    });
    expect(isRunning(pid)).toBe(true);
    app.child.kill('SIGKILL');
    await app.ended;
    while (isRunning(pid)) await new Promise((resume) => setTimeout(resume, 10));
  });

  test('the copy goes when it ends in order, and leaves nothing behind', async () => {
    const app = startApp({
      source: `${START} ${FORK} setInterval(() => {}, 1000);
        process.on('SIGTERM', () => process.exit(3));
        untilCopied().then(() => process.kill(process.pid, 'SIGTERM'));`,
      nodeOptions: [],
    });
    expect(await app.ended).toMatchObject({ exitCode: 3, stdout: '', stderr: '' });
    expect(readdirSync(app.runFolder)).toEqual([`${app.pid}-0.recording.jsonl`]);
  });

  test('and a million timers the copy keeps no port, and what V8 keeps from forks is as it was', async () => {
    const source = `
      let fired = 0;
      for (let i = 0; i < 1e6; i++) setTimeout(() => fired++, i < 1000 ? 1 : 1e8).unref();
      const { readFileSync } = require('node:fs');
      const net = require('node:net');
      const { writeHeapSnapshot } = require('node:v8');
      const { addon } = require(${JSON.stringify(join(DIST, 'snapshot-addon.js'))}).loadAddon();
      require('node:child_process').execFileSync('mkfifo', ['pipe']);
      const marked = () => readFileSync('/proc/self/smaps', 'utf8').match(/^VmFlags:.* dc/gm).length;
      const listen = (port) =>
        new Promise((resolve, reject) => {
          const server = net.createServer().once('error', reject);
          server.listen(port, () => resolve(server));
        });
      (async () => {
        const server = await listen(0);
        const { port } = server.address();
        const before = marked();
        const pid = addon.fork(2 ** 32, 100, 1000);
        if (pid === 0) writeHeapSnapshot('pipe'); // waits for a reader
        const after = marked();
        await new Promise((resolve) => server.close(resolve));
        let again = null;
        while (again === null) again = await listen(port).catch(() => null);
        while (fired < 1000) await new Promise((resume) => setImmediate(resume));
        const isAlive = addon.reap(pid) === null;
        process.kill(pid, 'SIGKILL');
        again.close();
        console.log(JSON.stringify({ isAlive, isMarked: before > 0 && after >= before }));
        process.exit();
      })();`;
    expect(await taken({ source })).toEqual([{ isAlive: true, isMarked: true }]);
  });

  test('two that are asked for at once are written one after the other', async () => {
    const source = `${START} for (const i of [1, 2]) ${FORK}`;
    const both = await taken({ source });
    expect(both.map(({ sequence, status }) => [sequence, status])).toEqual([
      [1, 'written'],
      [2, 'written'],
    ]);
  });

  test('one that is asked for while it proves itself is there before the process ends', async () => {
    const source = `${START.replace('stallMs: 0', "stallMs: 0, snapshotMode: 'auto'")}
      untilCopied().then(() => agent.takeSnapshot({ mode: 'auto' })).then(show);`;
    const [one] = await taken({ source });
    expect(one).toMatchObject({ status: 'written', mode: 'fork', sequence: 1 });
  });

  test('a worker thread has its own heap forked', async () => {
    const source = `const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) return void new Worker(__filename);
      ${START}
      const children = () => '';
      agent.takeSnapshot({ mode: 'fork' }).then(show);`.replace(
      'const children = () => require',
      'const _ = () => require',
    );
    const [one] = await taken({ source });
    expect(one).toMatchObject({
      status: 'written',
      mode: 'fork',
      file: expect.stringMatching(/^\d+-1-1\./) as string,
    });
  });

  test('--single-threaded changes nothing', async () => {
    const [one] = await taken({ source: `${START} ${FORK}`, nodeOptions: ['--single-threaded'] });
    expect(one).toMatchObject({ status: 'written', mode: 'fork' });
  });

  test('timers, sockets, files and child processes go on', async () => {
    const source = `${START}
      for (let i = 0; i < 50_000; i++) setTimeout(() => {}, 1e8).unref();
      const http = require('node:http');
      const { spawn } = require('node:child_process');
      const { get } = http;
      let sleeper = null;
      const server = http.createServer((request, response) => response.end(request.url)).listen(0, async () => {
        const ask = (path) => new Promise((resolve, reject) => {
          get({ port: server.address().port, path }, async (response) => {
            let text = '';
            for await (const part of response) text += part;
            resolve(text);
          }).on('error', reject);
        });
        const taking = agent.takeSnapshot({ mode: 'fork' });
        const answers = [];
        const ended = new Promise((resolve) => spawn('true').on('exit', resolve));
        let isTaken = false;
        taking.then(() => (isTaken = true));
        while (!isTaken) {
          answers.push(await ask('/' + answers.length));
          await new Promise((resume) => setTimeout(resume, 10));
        }
        const { status } = await taking;
        server.close();
        const isRight = answers.every((answer, i) => answer === '/' + i);
        show({ status, isRight, some: answers.length > 0, child: await ended, left: children() });
      });`;
    expect(await taken({ source })).toEqual([
      { status: 'written', isRight: true, some: true, child: 0, left: '' },
    ]);
  });
});

test.runIf(CAN_FORK)('auto proves itself after the start, and tells when it does not work', async () => {
  const wait = `setInterval(() => {}, 100); process.on('SIGTERM', () => process.exit());`;
  const app = startApp({
    source: START.replace('stallMs: 0', "stallMs: 0, snapshotMode: 'auto'") + wait,
    nodeOptions: ['--no-addons'],
  });
  const notice = await waitForEntry(app.recordingFile, (entries) =>
    entries.find((entry) => entry.type === 'notice'),
  );
  expect(notice).toMatchObject({ code: 'not-forked', message: expect.stringContaining('addon') as string });
  app.child.kill('SIGTERM');
  const { recordings } = await app.ended;
  expect(entriesOf(recordings[0], 'snapshot')).toEqual([]);
});

/** Whether it is more than a zombie that nobody has reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
