import { basename } from 'node:path';
import { followRecording } from '../../analyzer/recording-reader.ts';
import type { RecordingFollower } from '../../analyzer/recording-reader.ts';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import type { RecordingEntry, RecordingHeader, Sample, SnapshotTaken } from '../../agent/recording.ts';
import type { Candidate } from './subjects.ts';

/** One thread of one process of a run, as far as its recording tells. */
export class ObservedThread implements Candidate {
  /** `<pid>-<threadId>`, what the names of its files begin with. */
  readonly id: string;
  latest: Sample | null = null;
  /** The port it listens on; the first one, if there are several. */
  port: number | null = null;
  readonly snapshots: SnapshotTaken[] = [];
  private readonly path: string;
  private recording: RecordingFollower | null = null;
  private ended = false;
  private lost = false;

  constructor(path: string) {
    this.path = path;
    this.id = basename(path, RECORDING_SUFFIX);
  }

  /** Null as long as the recording has none, or is not readable. */
  get header(): RecordingHeader | null {
    return this.recording?.header ?? null;
  }

  get pid(): number {
    return Number(this.id.split('-')[0]);
  }

  get ppid(): number {
    return this.header?.ppid ?? 0;
  }

  get heapUsedBytes(): number {
    return this.latest?.heapUsedBytes ?? 0;
  }

  /** False for one that has written its last line, was killed before it could, or is not heard of any more. */
  get isRunning(): boolean {
    return !this.ended && !this.lost && signalProcess(this.pid, 0);
  }

  /** Counts it out until it writes again: a thread that was terminated leaves no last line, and its process lives on. */
  giveUp(): void {
    this.lost = true;
  }

  /** Takes in what was recorded since the last time. */
  async refresh(): Promise<void> {
    this.recording ??= await followRecording(this.path).catch(() => null);
    for (const entry of (await this.recording?.readNew()) ?? []) this.take(entry);
  }

  async close(): Promise<void> {
    await this.recording?.close();
  }

  private take(entry: RecordingEntry): void {
    this.lost = false;
    if (entry.type === 'sample') this.latest = entry;
    else if (entry.type === 'snapshot') this.snapshots.push(entry);
    else if (entry.type === 'listening') this.port ??= entry.port;
    else if (entry.type === 'end') this.ended = true;
  }
}

/** Sends a signal, or with 0 only asks whether the process exists; false when it does not. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
