import { stat } from 'node:fs/promises';
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { CollectionSort } from '../../analyzer/explore/collections.ts';
import type { HeapClient } from './heap-client.ts';
import type { HeapFiles } from './heap-session.ts';
import type {
  ChangeGrouping,
  ChangeSort,
  ClassSort,
  HeapAsk,
  HeapQuestions,
  SnapshotFile,
} from './questions.ts';

const MAX_ROWS = 500;
const CLASS_SORTS: readonly ClassSort[] = ['name', 'objectCount', 'shallowBytes', 'retainedBytes'];
const CHANGE_SORTS: readonly ChangeSort[] = ['name', 'objects', 'bytes', 'came', 'went'];
const COLLECTION_SORTS: readonly CollectionSort[] = ['entries', 'retained'];
const GROUPINGS: readonly ChangeGrouping[] = ['class', 'shape', 'path', 'owner'];

type Query = Request['query'];

/** Query string -> the parameters of each question; whatever is missing or wrong gets its default. */
const PARAMETERS: { readonly [Ask in HeapAsk]: (query: Query) => HeapQuestions[Ask]['ask'] } = {
  classes: (query) => ({
    ...paging(query),
    ...searching(query),
    sort: oneOf(CLASS_SORTS, query.sort, 'retainedBytes'),
  }),
  instances: (query) => ({ ...paging(query), key: text(query.key) }),
  search: (query) => ({ ...paging(query), text: text(query.text) }),
  object: (query) => ({
    ...paging(query),
    node: number(query.node, 0),
    id: number(query.id, 0),
    ignored: numbers(query.ignored),
  }),
  owners: (query) => ({ node: number(query.node, 0) }),
  listeners: things,
  timers: things,
  waiting: things,
  caches: (query) => ({ ...things(query), sort: oneOf(COLLECTION_SORTS, query.sort, 'entries') }),
  buffers: things,
  handles: things,
  duplicates: things,
  changes: (query) => ({
    ...paging(query),
    ...searching(query),
    by: oneOf(GROUPINGS, query.by, 'shape'),
    from: text(query.from),
    to: text(query.to),
    sort: oneOf(CHANGE_SORTS, query.sort, 'bytes'),
    onlyGrowing: query.onlyGrowing === 'true',
  }),
};

/** Which snapshots there are, and whether ids can be compared. */
export interface SnapshotSource {
  /** What the page calls each file -> its path; only these can be asked about. */
  snapshotPaths(): Promise<ReadonlyMap<string, string>>;
  sameLineage(): boolean;
  /** `<pid>-<threadId>` of the process that the verdict is about; null without one. */
  reportedProcess(): string | null;
  /** Where the processes ran: places in the code are told relative to it. */
  workingFolders(): readonly string[];
}

/** All that can be asked about the snapshots of a run; a file is chosen by a name the server itself has listed. */
export function heapRoutes(source: SnapshotSource, heap: HeapClient): Router {
  const router = Router();
  router.get('/snapshots', async (_request, response) => void response.json(await snapshotsOf(source)));
  router.post('/cancel', (_request, response) => {
    heap.cancel();
    response.status(204).end();
  });
  router.get('/:ask', (request, response) => answer(source, heap, request, response));
  return router;
}

async function answer(
  source: SnapshotSource,
  heap: HeapClient,
  request: Request,
  response: Response,
): Promise<void> {
  const ask = (Object.keys(PARAMETERS) as HeapAsk[]).find((name) => name === request.params.ask);
  const [paths, known] = await Promise.all([source.snapshotPaths(), snapshotsOf(source)]);
  const chosen = known.find(({ file }) => file === request.query.file) ?? known.at(-1);
  if (!ask || !chosen)
    return void response.status(404).json({ error: 'There is no such snapshot or question.' });
  const process = processOf(chosen.file);
  const names = known.map(({ file }) => file).filter((file) => processOf(file) === process);
  const files: HeapFiles = {
    paths: names.map((file) => paths.get(file)!),
    names,
    sameLineage: source.sameLineage(),
    root: source.workingFolders()[0] ?? null,
  };
  try {
    const parameters = PARAMETERS[ask](request.query) as never;
    response.json(await heap.ask(files, { ask, path: paths.get(chosen.file)!, parameters }));
  } catch (error) {
    response.status(422).json({ error: (error as Error).message });
  }
}

/** Those that are there, oldest first. */
async function snapshotsOf(source: SnapshotSource): Promise<SnapshotFile[]> {
  const reported = source.reportedProcess();
  const files = [...(await source.snapshotPaths())].map(async ([file, path]) => {
    const { size, mtimeMs } = await stat(path);
    return { file, fileBytes: size, takenAt: mtimeMs, isReported: processOf(file) === reported };
  });
  const found = await Promise.allSettled(files);
  return found
    .flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    .toSorted((one, other) => one.takenAt - other.takenAt);
}

/** `<pid>-<threadId>` of a snapshot in a run folder; those of other processes are not compared. Empty for other files. */
function processOf(file: string): string {
  return /^\d+-\d+(?=-)/.exec(file)?.[0] ?? '';
}

function paging(query: Query) {
  return { offset: number(query.offset, 0), limit: Math.min(MAX_ROWS, number(query.limit, 100)) };
}

function things(query: Query) {
  return { ...paging(query), search: text(query.search), internal: query.internal === 'true' };
}

function searching(query: Query) {
  return { search: text(query.search), ascending: query.ascending === 'true' };
}

function number(value: unknown, fallback: number): number {
  const found = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isInteger(found) && found >= 0 ? found : fallback;
}

function numbers(value: unknown): number[] {
  return text(value)
    .split(',')
    .filter((part) => part !== '')
    .map((part) => number(part, 0));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function oneOf<Name extends string>(names: readonly Name[], value: unknown, fallback: Name): Name {
  return names.find((name) => name === value) ?? fallback;
}
