import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKED_SUFFIXES, PROFILE_SUFFIXES, RECORDING_SUFFIX, SNAPSHOT_SUFFIX } from '../agent/recording.ts';
import type { ProfileWritten, Recording } from '../agent/recording.ts';
import { readRecording } from './recording-reader.ts';
import { withAllocations } from './allocations.ts';
import type { AnalyzeOptions } from './analyze.ts';
import { analyzeSnapshots } from './analyze.ts';
import { LeakwatchError } from './error.ts';
import { evidenceOf, readProfiles } from './evidence.ts';
import { openFilesFinding, openFilesGrowth } from './open-files-finding.ts';
import type { Evidence } from './evidence.ts';
import { lowerFirst } from './render/casing.ts';
import { durationText } from './render/units.ts';
import type { Finding, MemoryTrend, Report } from './report.ts';
import { REPORT_VERSION } from './report.ts';
import { isFlat, memoryTrend, restAfter } from './series/memory-trend.ts';
import { locator } from './source/locate.ts';
import { MIN_SNAPSHOTS, SNAPSHOTS_NEEDED } from './verdict.ts';

/** One process or thread of a run, with its snapshots in the order taken. */
export interface RunMember {
  readonly recording: Recording;
  /** Absolute paths of the snapshots that were written. */
  readonly snapshots: readonly string[];
  /** The sampling heap profiles that were written and are still there. */
  readonly profiles: readonly { readonly path: string; readonly atMs: number }[];
}

/**
 * What leaks in a run: the verdict of the process that has something to say (the strongest leak, else the one with the
 * most snapshots). A process without two snapshots is not judged.
 * @throws LeakwatchError NO_RECORDING when the folder holds no recording
 */
export async function analyzeRun(runFolder: string, options: AnalyzeOptions = {}): Promise<Report> {
  const members = await readRun(runFolder);
  const reports: Report[] = [];
  for (const member of members) {
    const hasOtherThreads = members.some((other) => isOtherThread(other, member));
    reports.push(await analyzeMember(member, { ...options, hasOtherThreads }));
  }
  return reports.reduce((best, next) => (weight(next) > weight(best) ? next : best));
}

/** The processes and threads a run folder holds recordings of. */
export async function readRun(runFolder: string): Promise<RunMember[]> {
  const names = await listFolder(runFolder);
  const recordings = names.filter((name) => name.endsWith(RECORDING_SUFFIX)).toSorted();
  if (recordings.length === 0) {
    throw new LeakwatchError(
      'NO_RECORDING',
      `${runFolder} holds no recording (*${RECORDING_SUFFIX}): it is not the folder of a run.`,
    );
  }
  return Promise.all(
    recordings.map(async (name) => {
      const recording = await readRecording(join(runFolder, name));
      return {
        recording,
        snapshots: snapshotFiles(recording, names).map((file) => join(runFolder, file)),
        profiles: profileFiles(recording, names).map(({ file, atMs }) => ({
          path: join(runFolder, file),
          atMs,
        })),
      };
    }),
  );
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new LeakwatchError('NO_RECORDING', `${folder} cannot be read as a run folder (${code}).`, {
      cause: error,
    });
  }
}

function snapshotFiles(recording: Recording, present: readonly string[]): string[] {
  const written = recording.entries.flatMap((entry) =>
    entry.type === 'snapshot' && entry.status === 'written' && entry.file?.endsWith(SNAPSHOT_SUFFIX)
      ? [entry.file]
      : [],
  );
  return written.flatMap((file) => formsOf(file).find((form) => present.includes(form)) ?? []);
}

/** What a snapshot may be called: as it was taken, or packed afterwards. */
function formsOf(file: string): readonly string[] {
  return ['', ...Object.values(PACKED_SUFFIXES)].map((suffix) => `${file}${suffix}`);
}

function profileFiles(recording: Recording, present: readonly string[]): readonly ProfileWritten[] {
  return recording.entries.filter(
    (entry): entry is ProfileWritten =>
      entry.type === 'heap-profile' &&
      entry.file.endsWith(PROFILE_SUFFIXES.heap) &&
      present.includes(entry.file),
  );
}

const isOtherThread = ({ recording: other }: RunMember, { recording }: RunMember) =>
  other.header.pid === recording.header.pid && other.header.threadId !== recording.header.threadId;

async function analyzeMember(member: RunMember, options: AnalyzeOptions): Promise<Report> {
  const { recording, snapshots } = member;
  if (snapshots.length > 0) {
    const report = atRest(await analyzeSnapshots(snapshots, { ...options, recording }), recording);
    return { ...report, findings: await whoAllocates(report, member, options) };
  }
  const { pid, threadId, script, nodeVersion, heapLimitBytes } = recording.header;
  const memory = memoryTrend(recording);
  const evidence = evidenceOf(recording, await readProfiles(member.profiles));
  const files = openFilesGrowth(recording);
  const finding = files === null ? null : openFilesFinding(files);
  const conclusion = concludeWithoutSnapshot(recording, memory, evidence);
  return {
    version: REPORT_VERSION,
    ...(finding === null ? conclusion : withFinding(finding, conclusion)),
    findings: finding === null ? [] : [finding],
    snapshots: [],
    memory,
    comparability: { kind: 'single', sentence: 'There is no snapshot to compare.', reordered: false },
    process: { pid, threadId, script, nodeVersion, heapLimitBytes },
    elapsedMs: 0,
  };
}

function withFinding({ title }: Finding, { verdict, headline, reasons }: Conclusion): Conclusion {
  const told = `1 leak found: ${lowerFirst(title)}.`;
  const ofHeap =
    verdict === 'clean' ? headline : 'There is no heap snapshot, which would tell what grows in the heap.';
  return { verdict: 'leak', headline: told, reasons: [ofHeap, ...reasons] };
}

async function whoAllocates(
  { findings, snapshots }: Report,
  { recording, profiles }: RunMember,
  options: AnalyzeOptions,
): Promise<readonly Finding[]> {
  if (findings.length === 0 || profiles.length === 0) return findings;
  const firstMs = (snapshots[0].takenAt ?? 0) - recording.header.startedAt;
  const lines = locator(options.root ?? recording.header.cwd, []);
  return withAllocations(findings, await readProfiles(profiles), firstMs, lines);
}

type Conclusion = Pick<Report, 'verdict' | 'headline' | 'reasons'>;

/**
 * Too few snapshots to compare, since nothing called for another one: where memory did not grow in all the time after the
 * last one, that is the answer.
 */
function atRest(report: Report, recording: Recording): Report {
  const { verdict, comparability, snapshots } = report;
  const isTooFew =
    verdict === 'unknown' && comparability.kind !== 'different' && snapshots.length < MIN_SNAPSHOTS;
  const lastMs = (snapshots.at(-1)?.takenAt ?? NaN) - recording.header.startedAt;
  if (!isTooFew || Number.isNaN(lastMs)) return report;
  const rest = restAfter(recording, lastMs);
  if (rest === null || evidenceOf(rest, []).isSuspicious) return report;
  const { durationMs, majorCollections } = memoryTrend(rest);
  const time = durationText(durationMs);
  const taken = snapshots.length === 1 ? 'the only snapshot' : 'the second snapshot';
  return {
    ...report,
    verdict: 'clean',
    headline: `No leak found: the heap's floor did not grow in the ${time} after ${taken}.`,
    reasons: [
      `${majorCollections} major collections brought the heap back to where it was; no more snapshots were needed.`,
    ],
    findings: [],
  };
}

/** The agent takes snapshots when the floor grows; where it took none and the recording is flat, that is an answer too. */
function concludeWithoutSnapshot(recording: Recording, memory: MemoryTrend, evidence: Evidence): Conclusion {
  if (isFlat(recording) && !evidence.isSuspicious) {
    const time = durationText(memory.durationMs);
    return {
      verdict: 'clean',
      headline: `No leak found: the heap's floor did not grow over ${time}.`,
      reasons: [
        `${memory.majorCollections} major collections brought the heap back to where it was; no snapshot was needed.`,
      ],
    };
  }
  return {
    verdict: 'unknown',
    headline: evidence.isSuspicious
      ? `A leak is suspected: process ${recording.header.pid} keeps ever more memory, and left no heap snapshot.`
      : `Cannot tell: process ${recording.header.pid} left no heap snapshot.`,
    reasons: [...evidence.sentences, whyNone(recording), SNAPSHOTS_NEEDED],
  };
}

function whyNone(recording: Recording): string {
  const failed = recording.entries.findLast(
    (entry) => entry.type === 'snapshot' && entry.status !== 'written',
  );
  return failed?.type === 'snapshot' && failed.detail ? failed.detail : 'It ended before one was taken.';
}

/** Leaks first, the largest first; then whoever has more to say. */
function weight(report: Report): number {
  const gained = report.findings[0]?.growth.bytes.at(-1) ?? 0;
  const rank = { leak: 2e15, clean: 1e15, unknown: 0 }[report.verdict];
  return rank + (report.verdict === 'leak' ? Math.min(gained, 1e14) : report.snapshots.length);
}
