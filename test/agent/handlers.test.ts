import { createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';

import { startAgent } from '../../agent/agent.ts';
import { keepFigures } from '../../agent/figures.ts';
import { healthHandler } from '../../agent/handlers/health.ts';
import { metricsHandler, metricsText } from '../../agent/handlers/metrics.ts';
import type { Sample } from '../../agent/recording.ts';
import { createRequestStatistics, type RequestStatistics } from '../../agent/requests/statistics.ts';
import { underWay } from '../../agent/requests/under-way.ts';

const SAMPLE: Sample = {
  type: 'sample',
  atMs: 1000,
  rssBytes: 400,
  heapTotalBytes: 300,
  heapUsedBytes: 200,
  externalBytes: 20,
  arrayBuffersBytes: 10,
  heapSpaceBytes: {},
  loopDelayP50Ms: 1,
  loopDelayP99Ms: 5,
  loopDelayMaxMs: 9,
  loopUtilization: 0.25,
  cpuUserMs: 1500,
  cpuSystemMs: 250,
  activeResources: { Timeout: 2, 'A "strange\\" one\n': 1 },
};

function source(requests: RequestStatistics = createRequestStatistics(), sample: Partial<Sample> = {}) {
  const keeper = keepFigures();
  keeper.add({ ...SAMPLE, ...sample });
  keeper.add({ type: 'gc', atMs: 1, kind: 'minor', pauseMs: 2, count: 3, totalPauseMs: 5 });
  keeper.add({ type: 'gc', atMs: 1, kind: 'minor', pauseMs: 1 });
  keeper.add({ type: 'gc', atMs: 1, kind: 'major', pauseMs: 7, heapUsedAfterBytes: 150 });
  keeper.add({ type: 'stall', atMs: 1, durationMs: 150, category: 'cpu', culprit: null });
  keeper.add({ type: 'stall', atMs: 1, durationMs: 150, category: 'cpu', culprit: null, isOngoing: true });
  keeper.add({ type: 'snapshot', atMs: 1, sequence: 1, reason: 'api', status: 'written', pauseMs: 500 });
  return { figures: keeper.figures, heapLimitBytes: 1000, memoryLimitBytes: 2000, requests };
}

describe('metrics', () => {
  test('are the text format of Prometheus: each family explained once, before its series, and no series twice', () => {
    const requests = createRequestStatistics();
    answered(requests, '/a', 200);
    answered(requests, '/b', 500);
    expect(faultsIn(metricsText(source(requests)))).toEqual([]);
  });

  test('that break the format are found', () => {
    const page = '# HELP leakwatch_a A.\nleakwatch_a 1\nleakwatch_a 2\nleakwatch_b 1\nleakwatch_a{b} 1\n\n';
    expect(faultsIn(page)).toEqual(['leakwatch_a 2', 'leakwatch_b 1', 'leakwatch_a{b} 1', '']);
  });

  test('tell memory, collections, stalls and snapshots', () => {
    const lines = metricsText(source()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'leakwatch_heap_used_bytes 200',
        'leakwatch_heap_floor_bytes 150',
        'leakwatch_event_loop_delay_p99_seconds 0.005',
        'leakwatch_cpu_seconds_total{mode="user"} 1.5',
        'leakwatch_active_resources{type="A \\"strange\\\\\\" one\\n"} 1',
        'leakwatch_gc_collections_total{kind="minor"} 4',
        'leakwatch_gc_pause_seconds_total{kind="minor"} 0.006',
        'leakwatch_stalls_total{category="cpu"} 1',
        'leakwatch_snapshots_total{status="written"} 1',
      ]),
    );
  });

  test('count requests by route, windows notwithstanding', () => {
    const requests = createRequestStatistics();
    answered(requests, '/a', 200);
    requests.closeRoutes();
    requests.closeWindow();
    answered(requests, '/a', 503);
    const lines = metricsText(source(requests)).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'leakwatch_http_request_errors_total{route="GET /a"} 1',
        'leakwatch_http_request_duration_seconds_bucket{route="GET /a",le="16.384"} 2',
        'leakwatch_http_request_duration_seconds_bucket{route="GET /a",le="+Inf"} 2',
        'leakwatch_http_request_duration_seconds_count{route="GET /a"} 2',
      ]),
    );
  });

  test('bound the number of routes', () => {
    const requests = createRequestStatistics();
    for (let route = 0; route < 1000; route++) {
      answered(requests, `/${route}`, 200);
      requests.closeWindow(); // of a window with more than a hundred only some are counted
    }
    expect(requests.totalByRoute().size).toBe(201);
    expect(requests.totalByRoute().get('(other routes)')?.count).toBe(800);
    const rows = requests.closeRoutes();
    expect(rows).toHaveLength(21);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });
});

test('of many requests between two samples some stand for all', () => {
  const requests = createRequestStatistics();
  for (let count = 0; count < 10_000; count++) answered(requests, '/', 200);
  expect(Math.abs(Number(requests.closeWindow()?.count) - 10_000)).toBeLessThan(16);
});

describe('health', () => {
  const { heapLimitBytes } = source();
  test.each([
    [{}, 200, []],
    [{ loopDelayMaxMs: 1500 }, 503, ['the event loop came round 1500 ms late']],
    [{ heapUsedBytes: 0.97 * heapLimitBytes }, 503, ['the heap is at 97 % of its limit']],
    [{ rssBytes: 1980 }, 503, ["memory is at 99 % of the container's limit"]],
  ] as const)('with %o is %i', async (sample, status, reasons) => {
    const handler = healthHandler(source(createRequestStatistics(), sample), {});
    const response = await fetched(await listening(createServer(handler as RequestListener)));
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ status: status === 200 ? 'ok' : 'failing', reasons });
  });

  test('has limits of the application', async () => {
    const handler = healthHandler(source(), { maxHeapShare: 0.1 });
    const response = await fetched(await listening(createServer(handler as RequestListener)));
    expect(response.status).toBe(503);
  });
});

describe('a handler can be mounted', () => {
  const handler = metricsHandler(source());

  test('in Express', async () => {
    const app = express();
    app.get('/metrics', handler);
    expect(await fetched(await listening(createServer(app)), '/metrics')).toEqual(METRICS);
  });

  test('in Fastify', async () => {
    const app = fastify();
    app.get('/metrics', handler);
    await app.listen({ port: 0 });
    onTestFinished(() => app.close());
    expect(await fetched(portOf(app.server), '/metrics')).toEqual(METRICS);
  });

  test('where the agent is turned off', async () => {
    const agent = startAgent({ enabled: false });
    const app = express();
    app.get('/healthz', agent.healthHandler());
    app.get('/metrics', agent.metricsHandler());
    const port = await listening(createServer(app));
    expect(await fetched(port, '/healthz')).toMatchObject({
      status: 200,
      body: 'ok: the agent is turned off\n',
    });
    expect(await fetched(port, '/metrics')).toMatchObject({ status: 200, body: '' });
  });
});

const METRICS = {
  status: 200,
  type: 'text/plain; version=0.0.4; charset=utf-8',
  body: expect.stringContaining('\nleakwatch_heap_used_bytes 200\n') as string,
};

const COMMENT = /^# (?<kind>HELP|TYPE) (?<family>[a-z_0-9]+) (?:gauge|counter|histogram|[A-Z0-9].*\.)$/;
const LABEL = String.raw`[a-z]+="(?:[^"\\\n]|\\[\\"n])*"`;
const SERIES = new RegExp(
  String.raw`^(?<family>leakwatch_[a-z_0-9]+?)(?:_bucket|_sum|_count)?(?:\{${LABEL}(?:,${LABEL})*\})? \d[\d.e+-]*$`,
);

/** The lines that break the format: of no known form, of a family that was not announced just before, or said twice. */
function faultsIn(page: string): readonly string[] {
  const seen = new Set<string>();
  let announced = '';
  return page.split('\n').filter((line, index, lines) => {
    if (line === '') return index !== lines.length - 1;
    const key = line.startsWith('#') ? line : line.slice(0, line.lastIndexOf(' '));
    const comment = COMMENT.exec(line)?.groups;
    if (comment?.kind === 'HELP') announced = comment.family;
    const family = comment?.family ?? SERIES.exec(line)?.groups?.family;
    const isFault = family !== announced || seen.has(key);
    seen.add(key);
    return isFault;
  });
}

function answered(requests: RequestStatistics, path: string, statusCode: number): void {
  const response = { statusCode };
  requests.begin(response);
  const counted = underWay.get(response);
  if (counted !== undefined) counted.route = `GET ${path}`;
  requests.finish({}, response);
}

function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(portOf(server))));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function fetched(
  port: number,
  path = '/',
): Promise<{ status: number | undefined; type: string | undefined; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, path, agent: false }, resolve).on('error', reject),
  );
  const body = await text(response);
  return { status: response.statusCode, type: response.headers['content-type'], body };
}
