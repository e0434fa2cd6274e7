import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeEntry } from '../../agent/recording-codec.ts';
import type { Report } from '../../analyzer/report.ts';
import type { RunOverview, SourceExcerpt, Timeline } from '../../ui/api.ts';
import type { HeapAsk } from '../../ui/heap/questions.ts';
import { startDashboard } from '../../ui/server.ts';
import type { Dashboard, DashboardOptions } from '../../ui/server.ts';
import type { SnapshotFile } from '../../ui/heap/questions.ts';
import { buildPage } from './built-page.ts';
import { leakReport } from './sample-report.ts';
import { MB, headerOf, makeRunFolder, sampleAt, writeRecording, writeSampleRun } from './sample-run.ts';

const WAIT = { timeout: 120_000, interval: 50 };

let pageFolder: string;
let open: Dashboard[] = [];

beforeAll(async () => {
  pageFolder = await buildPage();
});

afterEach(async () => {
  await Promise.all(open.map((dashboard) => dashboard.close()));
  open = [];
});

/** A server answers before it has read a long recording; this one of a finished run has read it all. */
async function dashboardOf(runFolder: string, options: Partial<DashboardOptions> = {}): Promise<URL> {
  const dashboard = await startDashboard({ runFolder, live: false, pageFolder, ...options });
  open.push(dashboard);
  const url = new URL(dashboard.url);
  await vi.waitFor(async () => expect((await overviewAt(url)).status).not.toBe('reading'), WAIT);
  return url;
}

async function sampleDashboard(): Promise<URL> {
  const folder = makeRunFolder();
  writeSampleRun(folder, leakReport);
  return dashboardOf(folder);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** As fetch, but free to send any path and any Host. */
function ask(
  url: URL,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: url.hostname, port: url.port, path, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject).end();
  });
}

async function overviewAt(url: URL): Promise<RunOverview> {
  return JSON.parse((await ask(url, '/api/overview')).body) as RunOverview;
}

async function timelineAt(url: URL, query: string): Promise<Timeline> {
  return JSON.parse((await ask(url, `/api/timeline?${query}`)).body) as Timeline;
}

describe('a finished run', () => {
  test('is told as an overview', async () => {
    const run = await overviewAt(await sampleDashboard());
    expect(run).toMatchObject({ status: 'finished', name: 'shop-run', problems: [], report: leakReport });
    expect(run.processes.map(({ id, role, state }) => [id, role, state])).toEqual([
      ['4242-0', 'main', 'ended'],
      ['4250-0', 'cluster-worker', 'lost'],
      ['4242-1', 'worker-thread', 'ended'],
    ]);
    expect(run.processes[0]).toMatchObject({
      sampleCount: 293,
      majorCollections: 30,
      listening: '127.0.0.1:3000',
    });
  });

  test('has a timeline in as many buckets as asked for', async () => {
    const url = await sampleDashboard();
    const whole = await timelineAt(url, 'process=4242-0&buckets=50');
    expect(whole.series.heapUsed!.x.length).toBeGreaterThan(50);
    expect(whole.series.heapUsed!.x.length).toBeLessThanOrEqual(155);
    expect(whole.series.heapUsed!.y).toContain(null);
    expect(Math.max(...whole.series.loopMax!.y.map(Number))).toBeGreaterThan(740);
    expect(whole.series['gc:major']!.x).toHaveLength(30);
    expect(whole.markers.map(({ kind }) => kind).toSorted()).toEqual([
      'end',
      'listening',
      'mark',
      'snapshot',
      'snapshot',
      'snapshot',
      'stall',
      'stall',
      'stall',
      'stall',
      'stall',
      'stall',
    ]);
  });

  test('has a timeline of a part of it', async () => {
    const url = await sampleDashboard();
    const { startedAt } = (await overviewAt(url)).processes[0];
    const query = `process=4242-0&buckets=500&from=${startedAt + 50_000}&to=${startedAt + 70_000}`;
    const part = await timelineAt(url, query);
    expect([part.from - startedAt, part.to - startedAt]).toEqual([50_000, 70_000]);
    expect(part.series.rss!.x).toHaveLength(22);
    expect(part.markers.map(({ text }) => text)).toEqual([
      'Blocked 320 ms in handleOrder (orders.js:27)',
      'Snapshot 1 (baseline)',
    ]);
  });

  test.each(['process=9-9', 'process=__proto__', 'process=../../etc/passwd', ''])(
    'knows no process "%s"',
    async (query) => {
      expect((await ask(await sampleDashboard(), `/api/timeline?${query}`)).status).toBe(404);
    },
  );

  test('bears numbers that are none', async () => {
    const url = await sampleDashboard();
    const timeline = await timelineAt(url, 'process=4242-0&from=never&to=NaN&buckets=-7');
    expect(timeline.series.rss!.x.length).toBeGreaterThan(0);
  });
});

describe('a request', () => {
  test('with the name of another host is refused (DNS rebinding)', async () => {
    const url = await sampleDashboard();
    for (const host of ['evil.example', `evil.example:${url.port}`, '127.0.0.1', '127.0.0.1:1'])
      expect((await ask(url, '/api/overview', { headers: { host } })).status).toBe(403);
    expect((await ask(url, '/', { headers: { host: `localhost:${url.port}` } })).status).toBe(200);
  });

  test('reaches the server by the loopback address alone', async () => {
    const { port } = await sampleDashboard();
    const other = connect({ host: '127.0.0.2', port: Number(port) }); // answers when all addresses are listened on
    const answered = await once(other, 'connect').then(
      () => true,
      () => false,
    );
    other.destroy();
    expect(answered).toBe(false);
  });

  test('of another site is refused', async () => {
    const url = await sampleDashboard();
    const refused = [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of refused)
      expect((await ask(url, '/api/overview', { headers: headers as Record<string, string> })).status).toBe(
        403,
      );
    expect((await ask(url, '/api/overview', { headers: { origin: url.origin } })).status).toBe(200);
  });

  test('may follow a link from another site to the page itself', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(await sampleDashboard(), '/', { headers })).status).toBe(200);
  });

  test.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/report.json',
    '/4242-0.recording.jsonl',
    '/%E0%A4%A',
    '//etc/passwd',
  ])('for %s finds nothing and tells nothing', async (path) => {
    const { status, body } = await ask(await sampleDashboard(), path);
    expect([400, 404]).toContain(status);
    expect(body).toMatch(/^\{"error":"[^/\\]+"\}$/);
  });

  test('is answered with a content security policy that runs and loads nothing from elsewhere', async () => {
    const { headers } = await ask(await sampleDashboard(), '/');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

test('snapshots are told with whether they are of the process that the verdict is about', async () => {
  const folder = makeRunFolder();
  writeSampleRun(folder, leakReport);
  for (const name of ['4242-0-1', '4242-1-1', '4250-0-1'])
    writeFileSync(join(folder, `${name}.heapsnapshot`), '{}');
  const url = await dashboardOf(folder, { token: 'mine' });
  const { body } = await ask(url, '/api/heap/snapshots', { headers: { 'x-leakwatch-token': 'mine' } });
  const reported = (JSON.parse(body) as SnapshotFile[]).filter(({ isReported }) => isReported);
  expect(reported.map(({ file }) => file)).toEqual(['4242-0-1.heapsnapshot']);
});

/** The sample report, with its first finding at this file. */
function reportAt(file: string): Report {
  const [finding] = leakReport.findings;
  const culprit = { ...finding.culprit, location: { file, line: 1, column: 1 } };
  return { ...leakReport, findings: [{ ...finding, culprit }] };
}

describe('code around a line', () => {
  const token = 'a-token-of-the-user';
  const headers = { 'x-leakwatch-token': token };

  async function ofRun(prepare: (folder: string) => Report): Promise<(query: string) => Promise<Answer>> {
    const folder = makeRunFolder();
    writeSampleRun(folder, leakReport);
    writeFileSync(join(folder, 'report.json'), JSON.stringify(prepare(folder)));
    const url = await dashboardOf(folder, { token });
    return (query) => ask(url, `/api/source?${query}`, { headers });
  }

  test('is given for a place that the report names', async () => {
    const get = await ofRun(() => leakReport);
    const excerpt = JSON.parse((await get('file=src/session-store.js&line=12')).body) as SourceExcerpt;
    expect([excerpt.firstLine, excerpt.lines.length]).toEqual([4, 17]);
    expect(excerpt.lines[12 - excerpt.firstLine]).toBe('    this.sessions = new Map();');
  });

  test('is given from beside the script, wherever the process ran', async () => {
    const script = join(makeRunFolder(), 'server.js');
    writeFileSync(script, 'const held = [];');
    const get = await ofRun((folder) => {
      writeRecording(folder, [{ ...headerOf({ pid: 77, threadId: 0 }), script }, sampleAt(1000)]);
      return reportAt(script);
    });
    const { body } = await get(`file=${encodeURIComponent(script)}&line=1`);
    expect((JSON.parse(body) as SourceExcerpt).lines).toEqual(['const held = [];']);
  });

  test('needs the token', async () => {
    expect((await ask(await sampleDashboard(), '/api/source?file=src/session-store.js&line=12')).status).toBe(
      403,
    );
  });

  test.each(['file=src/session-store.js&line=13', 'file=package.json&line=1', 'file=/etc/passwd&line=1', ''])(
    'is not given for %s, which the report does not name',
    async (query) => {
      const get = await ofRun(() => leakReport);
      expect((await get(query)).status).toBe(404);
    },
  );

  test.each(['/etc/passwd', '../shop-run/run.json', 'src/../../shop-run/run.json', '.', 'no\u0000name'])(
    'is not given for %s, though the report names it',
    async (file) => {
      const get = await ofRun(() => reportAt(file));
      expect((await get(`file=${encodeURIComponent(file)}&line=1`)).body).toBe('null');
    },
  );

  test('is not given for a link that leads out of the application', async () => {
    const get = await ofRun((folder) => {
      symlinkSync(join(folder, 'run.json'), join(folder, '../app/src/innocent.js'));
      return reportAt('src/innocent.js');
    });
    expect((await get('file=src/innocent.js&line=1')).body).toBe('null');
  });
});

const HEAP_ASKS: readonly HeapAsk[] = [
  'classes',
  'instances',
  'search',
  'object',
  'owners',
  'changes',
  'listeners',
  'timers',
  'waiting',
  'caches',
  'buffers',
  'handles',
  'duplicates',
];

describe('an action', () => {
  const token = 'a-token-of-the-user';
  const headers = { 'x-leakwatch-token': token };

  async function ofRunningProcess() {
    const folder = makeRunFolder();
    writeRecording(folder, [headerOf({ pid: 4242, threadId: 1 }, Date.now()), sampleAt(100)]);
    const url = await dashboardOf(folder, { token, live: true });
    return {
      folder,
      url,
      post: (path: string, given = headers) => ask(url, path, { method: 'POST', headers: given }),
    };
  }

  test.each([
    ['POST', '/api/snapshot?process=4242-1'],
    ['POST', '/api/profile?process=4242-1'],
    ['POST', '/api/analysis'],
    ['DELETE', '/api/analysis'],
    ['POST', '/api/tickets?file=4242-1-1.heapsnapshot'],
    ['DELETE', '/api/captures?file=4242-1-1.heapsnapshot'],
    ['GET', '/api/captures'],
    ['GET', '/api/profile?file=4242-1-1.cpuprofile'],
    ['GET', '/api/stall-profile?process=4242-1&at=0'],
    ['GET', '/api/source?file=src/a.js&line=1'],
    ['POST', '/api/heap/cancel'],
    ['GET', '/api/heap/snapshots'],
    ...HEAP_ASKS.map((name) => ['GET', `/api/heap/${name}`]),
  ])('%s %s needs the token, in its header', async (method, path) => {
    const { folder, url } = await ofRunningProcess();
    writeFileSync(join(folder, '4242-1-1.heapsnapshot'), '{}');
    const before = readdirSync(folder);
    const asked = [
      {},
      { 'x-leakwatch-token': 'guessed' },
      { cookie: `token=${token}` },
      { authorization: token },
    ];
    for (const given of asked)
      expect((await ask(url, path, { method, headers: given as Record<string, string> })).status).toBe(403);
    const inAddress = `${path}${path.includes('?') ? '&' : '?'}token=${token}`;
    expect((await ask(url, inAddress, { method })).status).toBe(403);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('asks the agent for a snapshot', async () => {
    const { folder, post } = await ofRunningProcess();
    const { body } = await post('/api/snapshot?process=4242-1');
    const file = join(folder, '4242-1.request.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...(JSON.parse(body) as object),
      reason: 'request',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('asks the agent for a profile', async () => {
    const { folder, post } = await ofRunningProcess();
    const { body } = await post('/api/profile?process=4242-1&kind=heap&action=stop');
    const file = join(folder, '4242-1.profile.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...(JSON.parse(body) as object),
      kind: 'heap',
      action: 'stop',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each(['snapshot', 'profile'])(
    'that asks for a %s is refused politely when the run is over',
    async (what) => {
      const folder = makeRunFolder();
      writeSampleRun(folder, null);
      const url = await dashboardOf(folder, { token });
      const { status, body } = await ask(url, `/api/${what}?process=4242-0`, { method: 'POST', headers });
      expect([status, JSON.parse(body)]).toEqual([
        409,
        { error: expect.stringMatching(/^This process has ended: .* nothing more can be recorded\.$/) },
      ]);
      expect(readdirSync(folder).filter((name) => name.startsWith('4242-0.'))).toEqual([
        '4242-0.recording.jsonl',
      ]);
    },
  );

  test('on a process that is none does nothing', async () => {
    const folder = makeRunFolder();
    writeSampleRun(folder, null);
    const url = await dashboardOf(folder, { token });
    const path = '/api/snapshot?process=..%2F..%2Fx';
    expect((await ask(url, path, { method: 'POST', headers })).status).toBe(404);
  });

  test('has a random token of its own when none is given', async () => {
    const urls = [await sampleDashboard(), await sampleDashboard()];
    expect(urls[0].hash).toMatch(/^#token=[0-9a-f]{32}$/);
    expect(urls[0].hash).not.toBe(urls[1].hash);
  });
});

const liveHeader = () => headerOf({ pid: 4242, threadId: 0 }, Date.now());

describe('a run that goes on', () => {
  test('is waited for, then followed sample by sample and told by events', async () => {
    const folder = makeRunFolder();
    const url = await dashboardOf(folder, { live: true });
    expect((await overviewAt(url)).status).toBe('waiting');
    const stream = await fetch(new URL('/api/events', url.origin));
    const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    await events.read();
    const file = writeRecording(folder, [liveHeader(), sampleAt(1000, { rssBytes: 5 * MB })]);
    expect((await events.read()).value).toMatch(/^event: change\ndata: \{"revision":\d+\}\n\n$/);
    await vi.waitFor(
      async () =>
        expect((await overviewAt(url)).processes[0]).toMatchObject({
          sampleCount: 1,
          latest: { rssBytes: 5 * MB },
        }),
      WAIT,
    );
    const line = JSON.stringify(sampleAt(2000, { rssBytes: 6 * MB }));
    appendFileSync(file, line.slice(0, 40));
    appendFileSync(file, line.slice(40) + '\n');
    await vi.waitFor(
      async () =>
        expect((await overviewAt(url)).processes[0]).toMatchObject({ sampleCount: 2, damagedLines: 0 }),
      WAIT,
    );
    expect((await overviewAt(url)).status).toBe('recording');
    await events.cancel();
  });

  test('stays on the page when its recording is cut short, replaced or deleted', async () => {
    const folder = makeRunFolder();
    const file = writeRecording(folder, [liveHeader(), sampleAt(1000), sampleAt(2000)]);
    const url = await dashboardOf(folder, { live: true });
    await vi.waitFor(async () => expect((await overviewAt(url)).processes[0]?.sampleCount).toBe(2), WAIT);
    truncateSync(file, 0);
    await vi.waitFor(async () => expect((await overviewAt(url)).processes).toEqual([]), WAIT);
    writeRecording(folder, [liveHeader(), sampleAt(1000)]);
    await vi.waitFor(async () => expect((await overviewAt(url)).processes[0]?.sampleCount).toBe(1), WAIT);
    rmSync(file);
    await vi.waitFor(
      async () =>
        expect((await overviewAt(url)).problems).toEqual([
          '4242-0.recording.jsonl is gone; what had been read of it is shown.',
        ]),
      WAIT,
    );
    expect((await overviewAt(url)).processes[0].sampleCount).toBe(1);
  });

  test('does not wait for what is a pipe by the name of a recording, a report or a run file', async () => {
    const folder = makeRunFolder();
    const names = ['4242-0.recording.jsonl', 'run.json', 'report.json'];
    execFileSync(
      'mkfifo',
      names.map((name) => join(folder, name)),
    );
    expect((await overviewAt(await dashboardOf(folder))).problems).toEqual([
      '4242-0.recording.jsonl cannot be read: it is gone, no file, or not yours.',
    ]);
  });

  test('shows the report as soon as it is there, and says when it is none', async () => {
    const folder = makeRunFolder();
    writeRecording(folder, [liveHeader(), sampleAt(1000)]);
    const url = await dashboardOf(folder, { live: true });
    writeFileSync(join(folder, 'report.json'), '{"version":1,"verd');
    await vi.waitFor(async () => expect((await overviewAt(url)).problems).toHaveLength(1), WAIT);
    writeFileSync(join(folder, 'report.json'), JSON.stringify(leakReport));
    await vi.waitFor(
      async () => expect(await overviewAt(url)).toMatchObject({ status: 'finished', problems: [] }),
      WAIT,
    );
  });
});

describe('damage', () => {
  test.each([
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['half a line', '{"type":"sample","atMs":3000\n'],
    [
      'a number that is text',
      '{"type":"sample","atMs":"3000","rssBytes":1,"heapTotalBytes":1,"heapUsedBytes":1}\n',
    ],
    ['a sample of a few columns', '["s",3000,1,2]\n'],
    ['an entry without a time', '{"type":"mark","name":"load"}\n'],
    ['null', 'null\n'],
    ['a line of 5 MB', `"${'x'.repeat(5_000_000)}"\n`],
  ])('%s is passed over and counted', async (_name, damage) => {
    const folder = makeRunFolder();
    const file = writeRecording(folder, [headerOf({ pid: 1, threadId: 0 }), sampleAt(1000)]);
    appendFileSync(file, damage);
    appendFileSync(file, JSON.stringify(sampleAt(4000)) + '\n');
    const run = await overviewAt(await dashboardOf(folder));
    expect(run.processes[0]).toMatchObject({ sampleCount: 2, damagedLines: 1 });
    expect(run.problems).toEqual(['One line of 1-0.recording.jsonl is damaged and was passed over.']);
  });

  test('is not what samples and collections are when they come as columns', async () => {
    const folder = makeRunFolder();
    const header = { ...headerOf({ pid: 1, threadId: 0 }), heapSpaces: ['old_space'] };
    const file = writeRecording(folder, [header, sampleAt(1000)]);
    const floor = {
      type: 'gc',
      atMs: 1500,
      kind: 'major',
      pauseMs: 4.2,
      heapUsedAfterBytes: 7 * MB,
    } as const;
    const sample = sampleAt(2000, { rssBytes: 9, activeResources: { Timeout: 4 } });
    for (const entry of [floor, sample]) appendFileSync(file, encodeEntry(entry, header.heapSpaces));
    const url = await dashboardOf(folder);
    expect((await overviewAt(url)).processes[0]).toMatchObject({ sampleCount: 2, majorCollections: 1 });
    const { series } = await timelineAt(url, 'process=1-0');
    expect([series.rss!.y[1], series.floor!.y, series['resource:Timeout']!.y]).toEqual([
      9,
      [7_000_000],
      [3, 4],
    ]);
  });

  test.each(['flame', 'constructor', '__proto__'])(
    'an entry of type %s, perhaps a later one, is none',
    async (type) => {
      const folder = makeRunFolder();
      const file = writeRecording(folder, [headerOf({ pid: 1, threadId: 0 }), sampleAt(1000)]);
      appendFileSync(file, `{"type":"${type}","atMs":3000}\n`);
      const run = await overviewAt(await dashboardOf(folder));
      expect(run.processes[0]).toMatchObject({ sampleCount: 1, damagedLines: 0 });
    },
  );

  test('of the whole folder is a sentence', async () => {
    const run = await overviewAt(await dashboardOf(join(makeRunFolder(), 'nowhere')));
    expect(run.problems).toEqual(['The run folder cannot be read (ENOENT).']);
  });
});

test('a port that is taken is a sentence', async () => {
  const url = await sampleDashboard();
  const second = startDashboard({
    runFolder: makeRunFolder(),
    live: false,
    pageFolder,
    port: Number(url.port),
  });
  await expect(second).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringContaining(url.port),
  });
});
