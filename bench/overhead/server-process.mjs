/** The server of the benchmark as a process: started, loaded in slices, asked what it has used. */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { quantile } from './statistics.mjs';

const SERVER = fileURLToPath(new URL('server.cjs', import.meta.url));
const CONNECTIONS = 16;

// How soon autocannon sees that all requests are answered.
const LOOK_EVERY_MS = 25;

const SERVER_CORE = '0';
const LOAD_CORE = '1';

// On the one core that the server has, V8's helper threads gain nothing, and whether they do much of a collection or little is
// chance: two processes of one program then differ by five percent, and by two when the thread itself collects.
const ALIKE = ['--single-threaded-gc'];

/** Whether server and load have a core each: a scheduler that moves them about costs more, by chance, than what is measured. */
export const isPinned = cpus().length > 1 && pin(process.pid, LOAD_CORE);

/** @returns whether it worked: where there is no taskset it does not */
function pin(pid, core) {
  const { status } = spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', core, String(pid)], {
    stdio: 'ignore',
  });
  return status === 0;
}

/** Starts a server with a variant's options, in a folder of its own. */
export async function startServer({ execArgv, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'leakwatch-bench-'));
  const child = fork(SERVER, {
    cwd: folder,
    execArgv: [...ALIKE, ...execArgv],
    env: { ...process.env, LEAKWATCH_DIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (isPinned) pin(child.pid, SERVER_CORE);
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  let hasEnded = false;
  const ended = once(child, 'exit').then(() => {
    hasEnded = true;
    throw new Error(errors.split('\n').find((line) => line.includes('Error')) ?? 'its process ended');
  });
  ended.catch(() => {}); // told to whoever asks next
  const message = async () => (await Promise.race([once(child, 'message'), ended]))[0];
  const account = () => {
    if (!hasEnded) child.send('account');
    return message();
  };
  const { port } = await message();
  const url = `http://127.0.0.1:${port}/items/7`;
  return {
    account,
    slice: (requests) => slice(url, requests, account),
    /** Ends it; how many heap snapshots it has taken. */
    async stop() {
      child.kill();
      await ended.catch(() => {});
      const snapshots = readdirSync(folder).filter((name) => name.endsWith('.heapsnapshot')).length;
      rmSync(folder, { recursive: true, force: true });
      return snapshots;
    },
  };
}

/** CPU microseconds per request, requests per second, p50 and p99 in ms, and RSS in MB at the end. */
async function slice(url, requests, account) {
  const latenciesMs = [];
  const before = await account();
  const load = autocannon({ url, connections: CONNECTIONS, amount: requests, sampleInt: LOOK_EVERY_MS });
  const startedMs = performance.now();
  let endedMs = startedMs;
  load.on('response', (_client, _status, _bytes, latencyMs) => {
    latenciesMs.push(latencyMs);
    endedMs = performance.now();
  });
  const { non2xx, errors } = await load;
  const after = await account();
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed`);
  return {
    cpuMicros: (cpuMicros(after) - cpuMicros(before)) / latenciesMs.length,
    rate: (latenciesMs.length / (endedMs - startedMs)) * 1000,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    rssMegabytes: after.rssBytes / 2 ** 20,
  };
}

export function cpuMicros({ cpu }) {
  return cpu.user + cpu.system;
}
