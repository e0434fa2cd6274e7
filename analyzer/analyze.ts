import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Recording } from '../agent/recording.ts';
import { LeakwatchError } from './error.ts';
import type { Scale } from './finding.ts';
import type { Growth } from './findings.ts';
import { findingsOf } from './findings.ts';
import type { Census } from './growth/census.ts';
import { takeCensus } from './growth/census.ts';
import { cohorts, cohortsByPath } from './growth/cohorts.ts';
import { growingBulk, growingStores } from './growth/stores.ts';
import { comparability } from './growth/lineage.ts';
import type { PathTree } from './growth/path-tree.ts';
import { pathTree } from './growth/path-tree.ts';
import type { PathTrie } from './growth/path-trie.ts';
import { pathTrie } from './growth/path-trie.ts';
import type { Judged } from './growth/sift.ts';
import { sift } from './growth/sift.ts';
import { STANDARD_INPUT } from './heap/byte-source.ts';
import type { HeapGraph, ReadOptions } from './heap/index.ts';
import { readSnapshot } from './heap/index.ts';
import { tellKnownLeaks } from './known-leaks/known-leaks.ts';
import { classNamer } from './model/class-names.ts';
import type { Interner } from './model/interner.ts';
import { interner } from './model/interner.ts';
import { isEngineRoot } from './model/ranks.ts';
import { referenceReader } from './model/references.ts';
import { nodeRoles } from './model/roles.ts';
import type { Comparability, Confidence, Finding, Report, SnapshotSummary } from './report.ts';
import { REPORT_VERSION } from './report.ts';
import { openFilesFinding, openFilesGrowth, openFilesSentence } from './open-files-finding.ts';
import { outsideFinding, outsideSentence } from './outside-finding.ts';
import { afterwards } from './series/afterwards.ts';
import { outsideGrowth } from './series/outside-heap.ts';
import { requestsBetween, workBetween } from './series/work.ts';
import { memoryTrend } from './series/memory-trend.ts';
import { largestGroups, onlyWindow } from './growth/suspects.ts';
import type { ScriptTexts } from './source/source-file.ts';
import { conclude } from './verdict.ts';

export interface AnalyzeOptions {
  /** Stops the analysis; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AnalyzeProgress) => void;
  /** The recording of the same process: gives times, the heap limit and the application's folder. */
  readonly recording?: Recording;
  /** Other threads of the process had heaps as well, so that its resident memory tells nothing about this one. */
  readonly hasOtherThreads?: boolean;
  /** Folder that paths are shown relative to; default: the recorded process's, else the current one. */
  readonly root?: string;
  /** What the engine was given for scripts whose files hold something else, such as TypeScript. */
  readonly texts?: ScriptTexts;
  /** Judges one process's snapshots, given in the order taken, as if their object ids said nothing, as those of forked ones do. */
  readonly ignoreIds?: true;
}

export interface AnalyzeProgress {
  readonly phase: 'read' | 'trace' | 'judge';
  /** File being worked on; empty in the last phase. */
  readonly file: string;
  /** 0..1 of the whole work. */
  readonly done: number;
}

/** A snapshot once its graph was walked; the graph itself is kept for the newest only. */
interface Taken {
  readonly file: string;
  readonly fileBytes: number;
  readonly takenAt: number | null;
  readonly census: Census;
}

/**
 * What leaks, judged from snapshots of one process in any order, best three or more. Holds at most two graphs at a time.
 * @throws LeakwatchError that names the file it cannot use and says why
 */
export async function analyzeSnapshots(
  files: readonly string[],
  options: AnalyzeOptions = {},
): Promise<Report> {
  const startedAt = performance.now();
  const labels = interner();
  const trie = pathTrie(labels);
  const isLater = options.ignoreIds || isForked(files, options.recording) ? isTakenLater : hasLargerIds;
  const { snapshots, newest } = await takeAll(files, labels, trie, isLater, options);
  const inOrder = snapshots.toSorted((a, b) => (isLater(a, b) ? 1 : isLater(b, a) ? -1 : 0));
  const ordered = distinct(inOrder);
  const comparable = comparability(
    ordered.map(({ census }) => census),
    trie,
    {
      reordered: inOrder.some((taken, index) => taken !== snapshots[index]),
      isOneProcess: options.ignoreIds === true || areRecorded(files, options.recording),
      isForked: isLater === isTakenLater,
    },
  );
  options.onProgress?.({ phase: 'judge', file: '', done: JUDGE_AT });
  const growth = judgeGrowth(ordered, newest, labels, trie, comparable, options.recording);
  const root = options.root ?? options.recording?.header.cwd ?? process.cwd();
  const { findings, judged } = findingsOf(growth, {
    censuses: ordered.map(({ census }) => census),
    newest,
    labels,
    scale: scaleOf(ordered, options.recording),
    after: options.recording ? afterwards(options.recording, timesOf(ordered)) : null,
    root,
    ...(options.texts ? { texts: options.texts } : {}),
  });
  const inHeap = tellKnownLeaks(findings, root);
  const beside = besideHeap(findings, options);
  const report = {
    version: REPORT_VERSION,
    findings: findings.some(isSure) ? [...inHeap, ...beside.findings] : [...beside.findings, ...inHeap],
    snapshots: ordered.map(summaryOf),
    memory: options.recording ? memoryTrend(options.recording) : null,
    comparability: comparable,
    process: options.recording ? processOf(options.recording) : null,
  };
  const conclusion = conclude(report, judged);
  return {
    ...report,
    ...conclusion,
    reasons: [...conclusion.reasons, ...beside.sentences],
    elapsedMs: Math.round(performance.now() - startedAt),
  };
}

/** What no snapshot shows but the recording: findings where nothing in the heap accounts for it, else sentences. */
function besideHeap(
  findings: readonly Finding[],
  { recording, hasOtherThreads }: AnalyzeOptions,
): { readonly findings: readonly Finding[]; readonly sentences: readonly string[] } {
  if (recording === undefined) return { findings: [], sentences: [] };
  const outside = hasOtherThreads ? null : outsideGrowth(recording);
  const files = openFilesGrowth(recording);
  const sure = findings.filter(isSure);
  const isMemoryExplained = sure.length > 0;
  const areFilesExplained = sure.some(({ kind }) => OPENED_KINDS.has(kind));
  return {
    findings: [
      ...(files !== null && !areFilesExplained ? [openFilesFinding(files)] : []),
      ...(outside !== null && !isMemoryExplained ? [outsideFinding(outside)] : []),
    ],
    sentences: [
      ...(files !== null && areFilesExplained ? [openFilesSentence(files)] : []),
      ...(outside !== null && isMemoryExplained ? [outsideSentence(outside)] : []),
    ],
  };
}

const isSure = ({ confidence }: Finding) => confidence.level !== 'low';

const OPENED_KINDS: ReadonlySet<string> = new Set(['handle', 'stream', 'native']);

const JUDGE_AT = 0.9; // of the work, by the clock: reading and walking take the rest

async function takeAll(
  files: readonly string[],
  labels: Interner,
  trie: PathTrie,
  isLater: (a: Taken, b: Taken) => boolean,
  options: AnalyzeOptions,
): Promise<{ snapshots: Taken[]; newest: PathTree }> {
  const snapshots: Taken[] = [];
  let newest: { tree: PathTree; taken: Taken } | null = null;
  for (const [index, file] of files.entries()) {
    const progress = (phase: 'read' | 'trace', share: number) =>
      options.onProgress?.({ phase, file, done: ((index + share) / files.length) * JUDGE_AT });
    const graph = await readNamed(file, {
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: ({ doneBytes, totalBytes }) =>
        progress('read', totalBytes ? (doneBytes / totalBytes) * 0.6 : 0),
    });
    options.signal?.throwIfAborted();
    progress('trace', 0.6);
    const tree = pathTree(
      graph,
      referenceReader(graph, nodeRoles(graph), labels),
      trie,
      classNamer(graph, labels),
    );
    const taken = { file, ...(await fileFacts(file, options.recording)), census: takeCensus(tree) };
    snapshots.push(taken);
    if (newest === null || isLater(taken, newest.taken)) newest = { tree, taken };
  }
  return { snapshots, newest: newest!.tree };
}

/** Of several files, the one at fault has to be named. */
async function readNamed(file: string, options: ReadOptions): Promise<HeapGraph> {
  try {
    return await readSnapshot(file, options);
  } catch (error) {
    if (!(error instanceof LeakwatchError) || error.message.includes(file)) throw error;
    throw new LeakwatchError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

async function fileFacts(file: string, recording: Recording | undefined) {
  if (file === STANDARD_INPUT) return { fileBytes: 0, takenAt: null };
  const { size, mtimeMs } = await stat(file);
  const taken = recordedOf(file, recording);
  const takenAt = taken && recording ? recording.header.startedAt + taken.atMs : mtimeMs;
  return { fileBytes: size, takenAt };
}

/** V8 numbers objects upwards as long as a process lives, so the largest id tells the order better than a file's time. */
const hasLargerIds = (a: Taken, b: Taken) => a.census.maxId > b.census.maxId;

/** Unless each copy of the process numbers them anew. */
const isTakenLater = (a: Taken, b: Taken) => (a.takenAt ?? 0) > (b.takenAt ?? 0);

function recordedOf(file: string, recording: Recording | undefined) {
  const entries = recording?.entries.filter((entry) => entry.type === 'snapshot') ?? [];
  return entries.find((entry) => entry.file === basename(file));
}

const areRecorded = (files: readonly string[], recording: Recording | undefined) =>
  files.every((file) => recordedOf(file, recording) !== undefined);

const isForked = (files: readonly string[], recording: Recording | undefined) =>
  files.some((file) => recordedOf(file, recording)?.mode === 'fork');

/** The same file again, or its copy, is no second moment. */
function distinct(ordered: readonly Taken[]): Taken[] {
  return ordered.filter(({ census }, index) => {
    const before = ordered[index - 1]?.census;
    return (
      census.maxId !== before?.maxId ||
      census.nodeCount !== before.nodeCount ||
      census.heapBytes !== before.heapBytes
    );
  });
}

function judgeGrowth(
  ordered: readonly Taken[],
  newest: PathTree,
  labels: Interner,
  trie: PathTrie,
  comparable: Comparability,
  recording: Recording | undefined,
): Growth {
  if (comparable.kind === 'different') return { judged: [], stores: [], population: null };
  const isEngine = (path: number) => isEngineRoot(labels.text(trie.className(path)));
  if (ordered.length === 1) return suspectsOf(ordered[0].census, newest, trie, isEngine);
  const censuses = ordered.map(({ census }) => census);
  const byIds = comparable.kind === 'same-lineage';
  const population = (byIds ? cohorts : cohortsByPath)(censuses, newest, trie.size);
  const judged = sift(trie, population, isEngine, {
    windowWeights: windowWeights(ordered, recording),
    comparable: byIds ? 'ids' : comparable.isOneProcess ? 'paths-of-one-process' : 'paths',
  });
  const stores = byIds
    ? [...growingStores(censuses, newest, population), ...growingBulk(censuses, newest, population)]
    : comparable.isOneProcess
      ? growingBulk(censuses, newest, population)
      : [];
  return { judged, stores, population };
}

/** One snapshot: what holds most, at the lowest confidence. */
function suspectsOf(
  census: Census,
  tree: PathTree,
  trie: PathTrie,
  isEngine: (path: number) => boolean,
): Growth {
  const judged = largestGroups(census, tree, trie, isEngine).map((group): Judged => ({
    group,
    judgement: { is: 'leak', confidence: ONE_SNAPSHOT },
  }));
  return { judged, stores: [], population: onlyWindow(census, tree, trie.size) };
}

const ONE_SNAPSHOT: Confidence = {
  level: 'low',
  score: 0.1,
  reasons: ['one snapshot shows what is large, not what grows'],
  missing: ['two more snapshots of the same process, under the same load'],
};

/**
 * How much each window weighs: the requests answered, or milliseconds of CPU the process used in it where a recording tells, because a window in which
 * it did a third of the work may grow by a third; else milliseconds between the files, or null when these make no sense
 * (copied, unpacked).
 */
function windowWeights(ordered: readonly Taken[], recording: Recording | undefined): number[] | null {
  const times = timesOf(ordered);
  const work = recording ? (requestsBetween(recording, times) ?? workBetween(recording, times)) : null;
  const weights = work ?? times.slice(1).map((time, index) => time - times[index]);
  return weights.every((weight) => weight >= MIN_WINDOW_MS) ? weights : null;
}

const timesOf = (ordered: readonly Taken[]) => ordered.map(({ takenAt }) => takenAt ?? 0);

const MIN_WINDOW_MS = 50; // snapshots themselves take longer; less between two files is a copy's time

function scaleOf(ordered: readonly Taken[], recording: Recording | undefined): Scale {
  const requests = recording ? requestsBetween(recording, timesOf(ordered)) : null;
  const durationMs = (ordered.at(-1)!.takenAt ?? 0) - (ordered[0].takenAt ?? 0);
  return {
    durationMs: windowWeights(ordered, undefined) === null ? null : durationMs,
    requests: requests === null ? null : requests.reduce((total, count) => total + count, 0),
    heapLimitBytes: recording?.header.heapLimitBytes ?? null,
    heapBytes: ordered.at(-1)!.census.heapBytes,
    heapGrowthBytes: ordered.at(-1)!.census.heapBytes - ordered[0].census.heapBytes,
  };
}

function summaryOf(taken: Taken): SnapshotSummary {
  const { nodeCount, edgeCount, heapBytes } = taken.census;
  return {
    file: taken.file,
    fileBytes: taken.fileBytes,
    takenAt: taken.takenAt,
    nodeCount,
    edgeCount,
    heapBytes,
  };
}

function processOf({ header }: Recording): Report['process'] {
  const { pid, threadId, script, nodeVersion, heapLimitBytes } = header;
  return { pid, threadId, script, nodeVersion, heapLimitBytes };
}
