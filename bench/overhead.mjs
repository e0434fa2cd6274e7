/**
 * What the agent costs: an Express server bare and one with the agent, both alive, loaded in short slices in ABBA order, so
 * that whatever else the machine does meets both alike. Each pair of slices gives a ratio; told are the median and its 95 %
 * confidence interval by bootstrap. An idle process with and without the agent gives the cost at rest.
 *
 *     node bench/overhead.mjs [pairs = 40] [seconds of a slice = 1]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

const [pairs = 40, sliceSeconds = 1] = process.argv.slice(2).map(Number);
const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const SERVER = join(ROOT, 'bench', 'overhead', 'server.cjs');
const AGENT = ['--require', join(ROOT, 'dist', 'agent', 'index.js')];
const IDLE_SECONDS = 10;
const RESAMPLES = 2000;

const VARIANTS = [
  { name: 'bare (noise)', options: [], env: {} },
  { name: 'agent', options: AGENT, env: {} },
  { name: 'agent, no stalls', options: AGENT, env: { LEAKWATCH_STALL_MS: '0' } },
];

const folder = mkdtempSync(join(tmpdir(), 'leakwatch-bench-'));
console.log(
  `Node ${process.version}, ${pairs} pairs of ${sliceSeconds} s; ratios to the bare server, median [95 % interval]\n`,
);
console.log('variant            CPU per request        requests/s             p99                    RSS');
for (const variant of VARIANTS) console.log(await compared(variant));
console.log('\nidle process       CPU of one core');
for (const variant of VARIANTS) console.log(`${variant.name.padEnd(18)} ${await idleShare(variant)}`);
rmSync(folder, { recursive: true, force: true });

async function compared(variant) {
  const bare = await started(VARIANTS[0]);
  const other = await started(variant);
  for (const server of [bare, other, other, bare]) await slice(server);
  const ratios = { cpu: [], rate: [], p99: [], rss: [] };
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? [bare, other] : [other, bare];
    const results = new Map();
    for (const server of order) results.set(server, await slice(server));
    const [a, b] = [results.get(bare), results.get(other)];
    for (const key of Object.keys(ratios)) ratios[key].push(b[key] / a[key]);
  }
  await ended(bare);
  await ended(other);
  return [
    variant.name.padEnd(18),
    ...Object.values(ratios).map((values) => interval(values).padEnd(22)),
  ].join(' ');
}

async function started({ options, env }) {
  const child = fork(SERVER, { execArgv: options, env: { ...process.env, ...env, LEAKWATCH_DIR: folder } });
  const [{ port }] = await once(child, 'message');
  child.port = port;
  return child;
}

/** CPU microseconds per request, requests per second, p99 in ms and RSS of one server under load. */
async function slice(server) {
  const before = await account(server);
  const result = await autocannon({
    url: `http://127.0.0.1:${server.port}/items/7`,
    connections: 16,
    duration: sliceSeconds,
  });
  const after = await account(server);
  const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  return {
    cpu: micros / result.requests.total,
    rate: result.requests.average,
    p99: result.latency.p99,
    rss: after.rssBytes,
  };
}

async function account(server) {
  server.send('account');
  return (await once(server, 'message'))[0];
}

async function idleShare(variant) {
  const server = await started(variant);
  await pause(3000);
  const before = await account(server);
  await pause(IDLE_SECONDS * 1000);
  const after = await account(server);
  await ended(server);
  const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  return `${(micros / IDLE_SECONDS / 1e4).toFixed(3)} %   ${Math.round(after.rssBytes / 2 ** 20)} MB RSS`;
}

async function ended(server) {
  server.kill();
  await once(server, 'exit');
}

function interval(values) {
  const random = seeded(1);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)])),
  ).toSorted((a, b) => a - b);
  const at = (share) => medians[Math.floor(share * RESAMPLES)].toFixed(3);
  return `${median(values).toFixed(3)} [${at(0.025)}, ${at(0.975)}]`;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Numbers in 0..1, the same ones each time (Lehmer, 1951). */
function seeded(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
