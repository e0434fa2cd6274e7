import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILE_SUFFIXES, RECORDING_SUFFIX, SNAPSHOT_SUFFIX } from '../agent/recording.ts';
import type { ProfileWritten, Recording } from '../agent/recording.ts';
import { readRecording } from './recording-reader.ts';
import type { AnalyzeOptions } from './analyze.ts';
import { analyzeSnapshots } from './analyze.ts';
import { LeakwatchError } from './error.ts';
import { evidenceOf, readProfiles } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { durationText } from './render/units.ts';
import type { MemoryTrend, Report } from './report.ts';
import { REPORT_VERSION } from './report.ts';
import { isFlat, memoryTrend } from './series/memory-trend.ts';

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
  for (const member of members) reports.push(await analyzeMember(member, options));
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
  return written.filter((file) => present.includes(file));
}

function profileFiles(recording: Recording, present: readonly string[]): readonly ProfileWritten[] {
  return recording.entries.filter(
    (entry): entry is ProfileWritten =>
      entry.type === 'heap-profile' &&
      entry.file.endsWith(PROFILE_SUFFIXES.heap) &&
      present.includes(entry.file),
  );
}

async function analyzeMember(member: RunMember, options: AnalyzeOptions): Promise<Report> {
  const { recording, snapshots } = member;
  if (snapshots.length > 0) return analyzeSnapshots(snapshots, { ...options, recording });
  const { pid, threadId, script, nodeVersion, heapLimitBytes } = recording.header;
  const memory = memoryTrend(recording);
  const evidence = evidenceOf(recording, await readProfiles(member.profiles));
  return {
    version: REPORT_VERSION,
    ...concludeWithoutSnapshot(recording, memory, evidence),
    findings: [],
    snapshots: [],
    memory,
    comparability: { kind: 'single', sentence: 'There is no snapshot to compare.', reordered: false },
    process: { pid, threadId, script, nodeVersion, heapLimitBytes },
    elapsedMs: 0,
  };
}

/** The agent takes snapshots when the floor grows; where it took none and the recording is flat, that is an answer too. */
function concludeWithoutSnapshot(
  recording: Recording,
  memory: MemoryTrend,
  evidence: Evidence,
): Pick<Report, 'verdict' | 'headline' | 'reasons'> {
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
  const settle = 'A verdict needs 3 snapshots of one process, taken under the same load.';
  return {
    verdict: 'unknown',
    headline: evidence.isSuspicious
      ? `A leak is suspected: process ${recording.header.pid} keeps ever more memory, and left no heap snapshot.`
      : `Cannot tell: process ${recording.header.pid} left no heap snapshot.`,
    reasons: [...evidence.sentences, whyNone(recording), settle],
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
