/**
 * Forked snapshots of a server under load, one after the other, and whether anything was lost, left behind or damaged.
 *
 *     npm run bench:snapshot-stress -- --help
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startLoad } from './snapshot-pause/load.mjs';
import { startServer } from './snapshot-pause/process.mjs';

const HELP = `npm run bench:snapshot-stress -- [options]

Forked snapshots of a server under load, one after the other, and whether anything was lost, left behind or damaged.

  --snapshots N   how many                        (1000)
  --rate N        requests in a second            (200)
  --heap MB       size of the server's heap       (20)
  --node PATH     the binary that serves          (this one)
  --help          this`;

const { values } = parseArgs({
  options: {
    snapshots: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '200' },
    heap: { type: 'string', default: '20' },
    node: { type: 'string', default: process.execPath },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const snapshots = Number(values.snapshots);

const server = await startServer({ execPath: values.node, env: { HEAP_MB: values.heap } });
const load = startLoad(server.port, Number(values.rate));
const attempts = new Map();
const failures = new Map();
const gaps = [];
let damaged = 0;
let before;
let halfway;
for (let i = 0; i < snapshots; i++) {
  const { taken, gapMs, path } = await server.ask('snapshot', { mode: 'fork' });
  before ??= await server.ask('status');
  if (i === snapshots >> 1) halfway = await server.ask('status');
  if (taken.status === 'written') {
    count(attempts, taken.attempts);
    gaps.push(gapMs);
    if (!isComplete(path)) damaged++;
  } else count(failures, taken.detail);
  if (process.stdout.isTTY) process.stdout.write(`\r${i + 1} of ${snapshots}`);
}
await load.stop();
await new Promise((resume) => setTimeout(resume, 1000));
const after = await server.ask('status');
await server.stop();

gaps.sort((a, b) => a - b);
console.log(`${snapshots} forked snapshots at ${values.rate} requests/s, heap ${values.heap} MB`);
console.log('written at attempt     ', Object.fromEntries(attempts));
console.log('not written            ', Object.fromEntries(failures));
console.log('damaged files          ', damaged);
console.log('requests               ', load.counts, `and ${after.answered} by the server's count`);
console.log(
  'event-loop gap, median ',
  gaps[gaps.length >> 1]?.toFixed(1),
  'ms; longest',
  gaps.at(-1)?.toFixed(1),
);
console.log('descriptors            ', before.descriptors, '->', after.descriptors);
console.log('children               ', before.children, '->', after.children);
console.log('ranges kept from forks ', before.unforkable, '->', after.unforkable);
console.log(
  'resident memory in MB  ',
  mb(before.rssBytes),
  '->',
  mb(halfway.rssBytes),
  '->',
  mb(after.rssBytes),
);
console.log('child processes        ', after.spawned, 'started,', after.childrenEnded, 'ended');

function count(map, key) {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function mb(bytes) {
  return Math.round(bytes / (1024 * 1024));
}

/** A snapshot ends with its strings; what was cut doesn't. */
function isComplete(path) {
  const file = openSync(path);
  const end = Buffer.alloc(2);
  readSync(file, end, 0, 2, fstatSync(file).size - 2);
  closeSync(file);
  return end.toString() === ']}';
}
