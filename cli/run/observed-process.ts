import { basename } from 'node:path';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import type { RecordingHeader, RecordingLine, Sample, SnapshotTaken } from '../../agent/recording.ts';
import { parseRecordingLine } from '../../ui/recording-line.ts';
import { Tail } from '../../ui/tail.ts';
import type { TailListener } from '../../ui/tail.ts';

/** One process or thread of a run, as far as its recording tells. */
export class ObservedProcess implements TailListener {
  /** `<pid>-<threadId>`, what the names of its files begin with. */
  readonly id: string;
  header: RecordingHeader | null = null;
  latest: Sample | null = null;
  /** The port it listens on; the first one, if there are several. */
  port: number | null = null;
  ended = false;
  readonly snapshots: SnapshotTaken[] = [];
  private readonly tail: Tail;

  constructor(path: string) {
    this.id = basename(path, RECORDING_SUFFIX);
    this.tail = new Tail(path, this);
  }

  get pid(): number {
    return Number(this.id.split('-')[0]);
  }

  get isMainThread(): boolean {
    return this.header?.threadId === 0;
  }

  /** False for a process that has written its last line, or was killed before it could. */
  get isRunning(): boolean {
    return !this.ended && signalProcess(this.pid, 0);
  }

  async refresh(): Promise<void> {
    await this.tail.read();
  }

  line(text: string): void {
    const line = parseRecordingLine(text);
    if (line) this.take(line);
  }

  restart(): void {
    this.snapshots.length = 0;
  }

  damaged(): void {
    // a line that cannot be read tells nothing
  }

  private take(line: RecordingLine): void {
    if (line.type === 'header') this.header = line;
    else if (line.type === 'sample') this.latest = line;
    else if (line.type === 'snapshot') this.snapshots.push(line);
    else if (line.type === 'listening') this.port ??= line.port;
    else if (line.type === 'end') this.ended = true;
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
