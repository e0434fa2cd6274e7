import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import { LeakwatchError } from '../analyzer/error.ts';
import type { Report, SourceLocation } from '../analyzer/report.ts';
import { actionRoutes } from './action-routes.ts';
import { Analysis } from './analysis/analysis.ts';
import { EventStream } from './event-stream.ts';
import { HeapClient } from './heap/heap-client.ts';
import { heapRoutes } from './heap/heap-routes.ts';
import { guard, requireToken } from './guard.ts';
import { CodePlaces } from './code-places.ts';
import { readPageFiles } from './page-files.ts';
import type { PageFiles } from './page-files.ts';
import { RunWatcher } from './run-watcher.ts';
import { locationsOf, sourceExcerpt } from './source-excerpt.ts';
import { framesIn, stallsOf } from './stalls.ts';
import { MAX_BUCKETS, timelineOf } from './timeline.ts';

const REFRESH_MS = 500;

/** A long recording goes on being read while the page is already there. */
const PATIENCE_MS = 150;

const DEFAULT_BUCKETS = 600;

export interface DashboardOptions {
  /** The run to show; left out to show snapshots alone. */
  readonly runFolder?: string;
  /** Snapshot files from anywhere, which can be looked into like those of the run. */
  readonly snapshots?: readonly string[];
  /** The verdict, when the run folder holds none. */
  readonly report?: Report;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Follow the folder while the run goes on; false reads a finished run once. */
  readonly live: boolean;
  /** What a request must bring to be allowed more than looking; random when not given. */
  readonly token?: string;
  /** Where the built page lies, when it is not beside this module. */
  readonly pageFolder?: string;
  /** The compiled heap process, when it is not beside this module's own folder. */
  readonly heapProcess?: string;
  /** The compiled process that judges snapshots, likewise. */
  readonly analysisProcess?: string;
  /** Judge what is shown at once, when no verdict on it is known. */
  readonly analyze?: boolean;
}

export interface Dashboard {
  /** Carries the token in its fragment, which browsers keep to themselves. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page on 127.0.0.1 until closed, for a run folder, which may still be empty or not exist yet, or for snapshot
 * files alone.
 * @throws LeakwatchError PORT_IN_USE
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { runFolder: folder = null, snapshots = [], report = null } = options;
  const run = new RunWatcher({ folder, snapshots, report }, options.live);
  const events = new EventStream();
  const heap = new HeapClient((share) => events.tell('heap', { share }), options.heapProcess);
  const analysis = new Analysis(() => run.follow(analysis.state), options.analysisProcess);
  const reading = run.refresh();
  await Promise.race([reading, delay(PATIENCE_MS, undefined, { ref: false })]);
  const token = options.token ?? randomBytes(16).toString('hex');
  const server = createServer(
    dashboardApp({ run, events, heap, analysis, page: readPageFiles(options.pageFolder), token }),
  );
  const port = await listen(server, options.port ?? 0);
  if (options.analyze) await judgeAtOnce(run, analysis, reading);
  const stopRefreshing = keepRefreshing(run, events, reading);
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    async close() {
      await stopRefreshing();
      heap.cancel();
      analysis.cancel();
      events.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function judgeAtOnce(run: RunWatcher, analysis: Analysis, reading: Promise<void>): Promise<void> {
  if (run.folder !== null) await reading;
  const work = run.report === null ? await run.materialForAnalysis() : null;
  if (work !== null) analysis.start(work, (report) => run.keepReport(report));
}

interface AppParts {
  readonly run: RunWatcher;
  readonly events: EventStream;
  readonly heap: HeapClient;
  readonly analysis: Analysis;
  readonly page: PageFiles;
  readonly token: string;
}

function dashboardApp({ run, events, heap, analysis, page, token }: AppParts): Express {
  const app = express();
  const places = new CodePlaces();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(guard);
  app.get('/', (_request, response) => void response.type('html').send(page.html));
  app.get('/main.js', (_request, response) => void response.type('js').send(page.script));
  app.get('/style.css', (_request, response) => void response.type('css').send(page.style));
  app.get('/api/overview', (_request, response) => void response.json(run.overview()));
  app.get('/api/timeline', (request, response) => sendTimeline(run, request, response));
  app.get('/api/stalls', async (_request, response) => {
    response.json(await stallsOf(run.recordedProcesses(), places));
  });
  app.get('/api/events', (_request, response) => events.add(response, 'change', { revision: run.revision }));
  app.get('/api/source', requireToken(token), (request, response) =>
    sendSource(run, places, request, response),
  );
  app.use('/api/heap', requireToken(token), heapRoutes(run, heap));
  app.use('/api', actionRoutes({ run, analysis, places, needsToken: requireToken(token) }));
  app.use((_request, response) => void response.status(404).json({ error: 'There is nothing here.' }));
  app.use(answerError);
  return app;
}

/** Only places that the report or a stall names can be asked for; the path is theirs, never the client's. */
async function sendSource(
  run: RunWatcher,
  places: CodePlaces,
  { query }: Request,
  response: Response,
): Promise<void> {
  const isWanted = ({ file, line }: Pick<SourceLocation, 'file' | 'line'>) =>
    file === query.file && line === numberIn(query.line);
  const wanted =
    (run.shownReport ? locationsOf(run.shownReport) : []).find(isWanted) ??
    framesIn(await stallsOf(run.recordedProcesses(), places)).find(isWanted);
  if (!wanted) return void response.status(404).json({ error: 'Neither the report nor a stall is there.' });
  response.json(await sourceExcerpt(wanted, run.workingFolders()));
}

/** Express knows an error handler by its four parameters. */
function answerError(_error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  response.status(400).json({ error: 'This request cannot be understood.' });
}

function sendTimeline(run: RunWatcher, { query }: Request, response: Response): void {
  const id = String(query.process);
  const series = run.processes.get(id)?.series;
  if (!series) return void response.status(404).json({ error: 'No such process.' });
  const buckets = Math.min(MAX_BUCKETS, Math.max(1, numberIn(query.buckets) ?? DEFAULT_BUCKETS));
  response.json(timelineOf(id, series, { from: numberIn(query.from), to: numberIn(query.to), buckets }));
}

function numberIn(text: unknown): number | undefined {
  const number = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new LeakwatchError(
      'PORT_IN_USE',
      `The dashboard cannot listen on port ${port}: ${messageOf(error)}.`,
    );
  }
  return (server.address() as AddressInfo).port;
}

/**
 * Reads a live folder again and again, one reading at a time, and tells the pages what is new meanwhile.
 * @param first the reading that is under way
 * @returns what stops it, and waits for its end
 */
function keepRefreshing(run: RunWatcher, events: EventStream, first: Promise<void>): () => Promise<void> {
  let told = run.revision;
  let reading: Promise<void> | null = first.finally(() => (reading = null));
  const timer = setInterval(() => {
    if (run.live) reading ??= run.refresh().finally(() => (reading = null));
    if (run.revision !== told) events.tell('change', { revision: (told = run.revision) });
  }, REFRESH_MS);
  return async () => {
    clearInterval(timer);
    run.stop();
    await reading;
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
