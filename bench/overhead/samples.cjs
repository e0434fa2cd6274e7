// Prints as JSON what each probe's part of a sample takes, and what a request and the writing of a sample take, in
// nanoseconds, called over and over: the median of a hundred rounds.
const { channel } = require('node:diagnostics_channel');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { describeProcess } = require('../../dist/agent/header.js');
const { DEFAULT_OPTIONS } = require('../../dist/agent/options.js');
const { PROBES } = require('../../dist/agent/probe.js');
const { openRecorder } = require('../../dist/agent/recorder.js');
const { createRequestStatistics } = require('../../dist/agent/requests/statistics.js');

const ROUNDS = 100;
const CALLS = 100;

const folder = mkdtempSync(join(tmpdir(), 'leakwatch-bench-'));
const options = { ...DEFAULT_OPTIONS, stallMs: 0 };
const recorder = openRecorder(join(folder, 'samples'), describeProcess(options, Date.now()), Infinity);
const host = {
  options,
  runFolder: folder,
  recordingFile: join(folder, 'samples'),
  requests: createRequestStatistics(),
  ownServers: new WeakSet(),
  startedAtNanos: process.hrtime.bigint(),
  atMs: (ms) => ms,
  record() {},
  onFloor() {},
};
const probes = PROBES.map((probe) => ({ name: probe.name, running: probe.start(host) }));
const sampled = probes.filter(({ running }) => running?.sample !== undefined);

const sample = Object.assign({ type: 'sample', atMs: 0 }, ...sampled.map(({ running }) => running.sample()));
const rows = sampled.map(({ name, running }) => ({ name, nanos: nanosOf(() => running.sample()) }));
rows.push({
  name: 'writing it',
  nanos: nanosOf(() => {
    recorder.add(sample);
    recorder.flush();
  }),
});
const perRequest = nanosOf(exchange);
for (const { running } of probes) running?.stop();
recorder.close();
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify({ rows, perRequest }));

/** What Node publishes for a request. */
function exchange() {
  const message = {
    request: { method: 'GET', baseUrl: '', route: { path: '/items/:id' } },
    response: { statusCode: 200 },
    socket: {},
    server: {},
  };
  channel('http.server.request.start').publish(message);
  channel('http.server.response.finish').publish(message);
}

function nanosOf(work) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call++) work();
    return Number(process.hrtime.bigint() - started) / CALLS;
  });
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1];
}
