import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDING_SUFFIX, RECORDING_VERSION } from '../../agent/recording.ts';
import type {
  RecordingEntry,
  RecordingHeader,
  RecordingLine,
  RequestFigures,
  RunFile,
  Sample,
  Stall,
} from '../../agent/recording.ts';
import type { Report } from '../../analyzer/report.ts';
import { scratchFolder } from './scratch-folder.ts';

export const MB = 1_000_000;
export const STARTED_AT = Date.UTC(2026, 10, 20, 12, 0, 0);

/** A fresh, empty run folder, removed after the last test of the file. */
export function makeRunFolder(): string {
  const folder = join(scratchFolder(), 'shop-run');
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** A whole finished run: a leaking main thread, a healthy worker, a cluster worker that was killed, and the verdict. */
export function writeSampleRun(folder: string, report: Report | null): void {
  const cwd = writeSampleCode(join(folder, '../app'));
  for (const [header, ...entries] of sampleRecordings())
    writeRecording(folder, [{ ...header, cwd }, ...entries.map((entry) => movedTo(cwd, entry))]);
  writeRunFile(folder, report ? STARTED_AT + 301_000 : null);
  if (report) writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
}

/** The entry of a process that ran in another folder. */
function movedTo<Entry extends RecordingEntry>(cwd: string, entry: Entry): Entry {
  return JSON.parse(JSON.stringify(entry).replaceAll(APP, cwd)) as Entry;
}

/** The recordings of that run, header first. */
export function sampleRecordings(): [RecordingHeader, ...RecordingEntry[]][] {
  return [
    leakingProcess({ pid: 4242, threadId: 0, seconds: 300 }),
    healthyProcess({ pid: 4242, threadId: 1, seconds: 290 }),
    healthyProcess({ pid: 4250, threadId: 0, seconds: 120 }),
  ];
}

/** The code that the sample reports point into. @returns its folder */
export function writeSampleCode(folder: string): string {
  mkdirSync(join(folder, 'src/routes'), { recursive: true });
  writeFileSync(join(folder, 'src/session-store.js'), SESSION_STORE);
  writeFileSync(join(folder, 'src/routes/orders.js'), `${'\n'.repeat(26)}  bus.on('change', onChange);\n`);
  return folder;
}

const SESSION_STORE = `'use strict';
const { randomUUID } = require('node:crypto');

/**
 * Sessions by their id.
 * A session begins with the first request of a visitor.
 */
class SessionStore {
  constructor(clock) {
    this.clock = clock;
    // by id
    this.sessions = new Map();
  }

  /** @returns the visitor's session, a new one when there is none */
  open(request) {
    const id = request.cookies.session ?? randomUUID();
    return this.sessions.get(id) ?? this.begin(id, request.user);
  }

  find(id) {
    return this.sessions.get(id);
  }

  get count() {
    return this.sessions.size;
  }

  begin(id, user) {
    const session = { id, user, at: this.clock.now() };
    this.sessions.set(id, session);
    return session;
  }
}

module.exports = { SessionStore };
`;

export function writeRecording(folder: string, lines: readonly RecordingLine[]): string {
  const header = lines[0] as RecordingHeader;
  const file = join(folder, `${header.pid}-${header.threadId}${RECORDING_SUFFIX}`);
  writeFileSync(file, lines.map((line) => JSON.stringify(line) + '\n').join(''));
  return file;
}

export function writeRunFile(folder: string, endedAt: number | null): void {
  const run: RunFile = {
    version: 1,
    command: ['node', 'src/server.js', '--port', '0'],
    load: 'autocannon -c 20 http://127.0.0.1:$PORT/',
    startedAt: STARTED_AT,
    endedAt,
    exitCode: endedAt === null ? null : 0,
    signal: null,
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
}

interface ProcessShape {
  readonly pid: number;
  readonly threadId: number;
  readonly seconds: number;
}

export function headerOf(
  shape: Pick<ProcessShape, 'pid' | 'threadId'>,
  startedAt = STARTED_AT,
): RecordingHeader {
  return {
    type: 'header',
    version: RECORDING_VERSION,
    agentVersion: '0.1.0',
    pid: shape.pid,
    ppid: 4000,
    threadId: shape.threadId,
    role: shape.threadId > 0 ? 'worker-thread' : shape.pid === 4242 ? 'main' : 'cluster-worker',
    script: '/srv/shop/src/server.js',
    cwd: '/srv/shop',
    nodeVersion: 'v20.20.2',
    v8Version: '11.3.244.8-node.26',
    platform: 'linux',
    arch: 'x64',
    startedAt,
    sampleIntervalMs: 1000,
    heapLimitBytes: 536 * MB,
    memoryLimitBytes: null,
  };
}

/** A sample of a quiet process; overwrite what matters. */
export function sampleAt(atMs: number, figures: Partial<Sample> = {}): Sample {
  return {
    type: 'sample',
    atMs,
    rssBytes: 92 * MB,
    heapTotalBytes: 48 * MB,
    heapUsedBytes: 30 * MB,
    externalBytes: 3 * MB,
    arrayBuffersBytes: 1 * MB,
    heapSpaceBytes: { new_space: 4 * MB, old_space: 24 * MB, code_space: 2 * MB },
    loopDelayP50Ms: 1.1,
    loopDelayP99Ms: 3,
    loopDelayMaxMs: 5,
    loopUtilization: 0.35,
    cpuUserMs: 300,
    cpuSystemMs: 60,
    activeResources: { Timeout: 3, TCPSocketWrap: 20 },
    ...figures,
  };
}

/** Floor rises 3 MB per 10 s under a sawtooth; a 5 s gap, a stall, three snapshots; ends in an orderly way. */
function leakingProcess(shape: ProcessShape): [RecordingHeader, ...RecordingEntry[]] {
  const random = seededRandom(1);
  const entries: RecordingEntry[] = [{ type: 'listening', atMs: 350, port: 3000, address: '127.0.0.1' }];
  let garbage = 0;
  for (let second = 1; second <= shape.seconds; second++) {
    const atMs = second * 1000;
    const floor = 24 * MB + second * 0.3 * MB;
    garbage += (1.6 + random()) * MB;
    if (second % 2 === 0)
      entries.push({ type: 'gc', atMs: atMs - 400, kind: 'minor', pauseMs: 0.6 + random() });
    if (second % 10 === 0) {
      garbage = 0;
      const pauseMs = 6 + second / 25 + 4 * random();
      entries.push({ type: 'gc', atMs: atMs - 300, kind: 'incremental', pauseMs: 0.3 });
      entries.push({ type: 'gc', atMs: atMs - 200, kind: 'major', pauseMs, heapUsedAfterBytes: floor });
    }
    if (second > 130 && second < 138) continue;
    const stall = second === 205 ? 740 : 0;
    entries.push(
      sampleAt(atMs, {
        heapUsedBytes: floor + garbage,
        heapTotalBytes: floor + 28 * MB,
        rssBytes: floor * 1.1 + 72 * MB + 4 * MB * random(),
        heapSpaceBytes: { new_space: garbage, old_space: floor - 2 * MB, code_space: 2 * MB },
        loopDelayP50Ms: 1 + 0.4 * random(),
        loopDelayP99Ms: 4 + 5 * random() + stall / 2,
        loopDelayMaxMs: 8 + 12 * random() + stall,
        loopUtilization: 0.4 + 0.2 * random(),
        cpuUserMs: 380 + 160 * random(),
        cpuSystemMs: 70 + 40 * random(),
        activeResources: { Timeout: 3 + Math.floor(second / 6), TCPSocketWrap: 21 },
        ...(second % 20 < 18 && { requests: requestsIn(random) }),
      }),
    );
    if (second % 100 === 60) entries.push(snapshotAt(atMs + 500, (second - 60) / 100 + 1, shape));
  }
  entries.push({ type: 'mark', atMs: 90_000, name: 'load doubled' });
  entries.push(...sampleStalls(), {
    type: 'routes',
    atMs: 299_000,
    routes: [
      { route: 'GET /orders/:id', ...requestsIn(random), count: 41_200 },
      { route: 'POST /orders', ...requestsIn(random), count: 3100 },
    ],
  });
  entries.push({ type: 'end', atMs: shape.seconds * 1000 + 200, exitCode: 0 });
  return [headerOf(shape), ...entries];
}

function requestsIn(random: () => number): RequestFigures {
  const latencyP50Ms = 3 + random();
  const tail = { latencyP99Ms: latencyP50Ms * 4, latencyMaxMs: latencyP50Ms * 9 };
  return { count: 180 + Math.floor(40 * random()), errors: random() > 0.9 ? 2 : 0, latencyP50Ms, ...tail };
}

const APP = '/srv/shop';
const RENDER = { functionName: 'renderInvoice', file: `${APP}/src/session-store.js`, line: 16 };
const LOAD = { functionName: 'loadTemplate', file: `${APP}/node_modules/views/lib/index.js`, line: 88 };
const HANDLER = { functionName: 'handleOrder', file: `${APP}/src/routes/orders.js`, line: 27 };
const SERVER = { functionName: 'parserOnIncoming', file: 'node:_http_server', line: 1140 };

/** Three blocks by one function, one by another, a sum of forty, and one that was not seen. */
function sampleStalls(): Stall[] {
  const inRender = { category: 'sync-io', culprit: RENDER } as const;
  const readSync = { functionName: 'readFileSync', file: 'node:fs', line: 441 };
  const seen = [120_000, 160_500, 205_300].map((atMs, i): Stall => ({
    type: 'stall',
    atMs,
    durationMs: 180 + i * 280,
    ...inRender,
    stack: [readSync, LOAD, RENDER, HANDLER, SERVER],
  }));
  return [
    ...seen,
    {
      type: 'stall',
      atMs: 60_000,
      durationMs: 320,
      category: 'cpu',
      culprit: HANDLER,
      stack: [HANDLER, SERVER],
    },
    { type: 'stall', atMs: 210_000, durationMs: 410, ...inRender, count: 40, totalDurationMs: 6200 },
    { type: 'stall', atMs: 250_000, durationMs: 130, category: 'unknown', culprit: null },
  ];
}

function snapshotAt(atMs: number, sequence: number, { pid, threadId }: ProcessShape): RecordingEntry {
  const file = `${pid}-${threadId}-${sequence}.heapsnapshot`;
  const base = { type: 'snapshot', atMs, sequence, reason: sequence === 1 ? 'baseline' : 'growth' } as const;
  return { ...base, status: 'written', file, fileBytes: 41 * MB, pauseMs: 480 };
}

function healthyProcess(shape: ProcessShape): [RecordingHeader, ...RecordingEntry[]] {
  const random = seededRandom(shape.pid + shape.threadId);
  const entries: RecordingEntry[] = [];
  for (let second = 1; second <= shape.seconds; second++) {
    const garbage = (second % 14) * 0.8 * MB;
    if (second % 14 === 0)
      entries.push({
        type: 'gc',
        atMs: second * 1000,
        kind: 'major',
        pauseMs: 4,
        heapUsedAfterBytes: 19 * MB,
      });
    entries.push(sampleAt(second * 1000, { heapUsedBytes: 19 * MB + garbage, loopDelayP99Ms: 2 + random() }));
  }
  if (shape.threadId > 0) entries.push({ type: 'end', atMs: shape.seconds * 1000 + 10, exitCode: 0 });
  return [headerOf(shape), ...entries];
}

/** mulberry32 by Tommy Ettinger (2017). @returns 0 ..< 1 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
