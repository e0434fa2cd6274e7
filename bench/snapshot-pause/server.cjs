'use strict';
// A server with all a snapshot could disturb: a heap of HEAP_MB, requests that change it, worker threads that compute,
// child processes that come and go, thousands of timers. It takes snapshots when its parent says so, and tells how it fared.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const { join } = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { Worker } = require('node:worker_threads');
const { startAgent } = require('../../dist/agent/agent.js');

const HEAP_MB = Number(process.env.HEAP_MB ?? 20);
const WORKERS = Number(process.env.WORKERS ?? 1);
const MEBIBYTE = 1024 * 1024;
const OWN_PID = process.pid;

const agent = startAgent({ snapshotOnGrowth: false, maxSnapshots: 1, diskBudgetBytes: 64 * 1024 * MEBIBYTE });
const delay = monitorEventLoopDelay({ resolution: 1 });
const counts = { answered: 0, spawned: 0, childrenEnded: 0, ticks: 0, fromWorkers: 0 };

const records = [];
const record = (i) => ({ id: i, name: `record ${i}`, tags: [i, i + 1], nested: { even: i % 2 === 0 } });
while (process.memoryUsage().heapUsed < HEAP_MB * MEBIBYTE) {
  for (let i = 0; i < 2000; i++) records.push(record(records.length));
}

const server = http.createServer((request, response) => {
  for (let i = 0; i < 200; i++) records[Math.floor(Math.random() * records.length)] = record(i);
  counts.answered++;
  response.end(request.url.slice(1));
});

// A connection that ends for being idle, just as the next request is sent, would look like a lost request.
server.keepAliveTimeout = 0;

for (let i = 0; i < 1000; i++) setInterval(() => counts.ticks++, 100 + i);

const BUSY = `
  const { parentPort } = require('node:worker_threads');
  setInterval(() => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({ i, text: 'row ' + i }));
    parentPort.postMessage(JSON.parse(JSON.stringify(rows)).length);
  }, 20);`;
for (let i = 0; i < WORKERS; i++) {
  new Worker(BUSY, { eval: true }).on('message', () => counts.fromWorkers++);
}

if (process.env.SPAWN !== '0') {
  setInterval(() => {
    counts.spawned++;
    spawn('true', { stdio: 'ignore' }).on('exit', () => counts.childrenEnded++);
  }, 500);
}

process.on('message', async ({ type, mode, forMs }) => {
  if (type === 'snapshot') return process.send({ type, ...(await snapshot(mode, forMs)) });
  if (type === 'status') return process.send({ type, ...status() });
  process.disconnect();
  process.exit(0);
});

server.listen(0, '127.0.0.1', () => {
  delay.enable();
  process.send({ type: 'ready', port: server.address().port });
});

async function snapshot(mode, forMs) {
  delay.reset();
  await pause(20); // the first interval after a reset isn't counted
  let peakBytes = 0;
  const watching = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, 50);
  const startedMs = performance.now();
  const taken = mode === 'none' ? await pause(forMs) : await agent.takeSnapshot({ mode });
  const wallMs = performance.now() - startedMs;
  await pause(20);
  clearInterval(watching);
  peakBytes = Math.max(peakBytes, mode === 'in-process' ? highWaterBytes() : 0, process.memoryUsage.rss());
  return { taken, wallMs, gapMs: delay.max / 1e6, peakBytes, path: join(agent.runFolder, taken.file ?? '') };
}

/** Resolves with an empty answer: that of no snapshot. */
function pause(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds, {}));
}

function highWaterBytes() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}

function status() {
  return {
    isOriginal: process.pid === OWN_PID,
    descriptors: fs.readdirSync('/proc/self/fd').length,
    children: fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').length,
    unforkable: fs.readFileSync('/proc/self/smaps', 'utf8').match(/^VmFlags:.*\bdc\b/gm)?.length ?? 0,
    rssBytes: process.memoryUsage.rss(),
    ...counts,
  };
}
