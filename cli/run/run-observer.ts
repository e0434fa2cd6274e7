import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import { ObservedProcess } from './observed-process.ts';

const POLL_MS = 200;

/** What the processes of a run have recorded so far, read while they write it. */
export class RunObserver {
  readonly folder: string;
  private readonly byFile = new Map<string, ObservedProcess>();
  private reading: Promise<void> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All processes and threads that have begun a recording. */
  get processes(): readonly ObservedProcess[] {
    return [...this.byFile.values()].filter(({ header }) => header !== null);
  }

  /**
   * The processes whose memory is the application's: those that listen on a port; or, where none does, those that
   * started no other one. That leaves out npm and other launchers, which Node also loads the agent into.
   */
  get subjects(): readonly ObservedProcess[] {
    const running = this.processes.filter(({ isMainThread, isRunning }) => isMainThread && isRunning);
    const listening = running.filter(({ port }) => port !== null);
    if (listening.length > 0) return listening;
    const parents = new Set(running.map(({ header }) => header?.ppid));
    return running.filter(({ header }) => !parents.has(header?.pid));
  }

  /** Reads on until `find` answers, and returns its answer; undefined when `signal` is aborted first. */
  async until<Answer>(find: () => Answer | undefined, signal: AbortSignal): Promise<Answer | undefined> {
    for (;;) {
      await this.refresh();
      const answer = find();
      if (answer !== undefined || signal.aborted) return answer;
      await pause(POLL_MS, signal);
    }
  }

  /** Reads what was written since the last time; callers at the same time share one reading. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    return this.reading;
  }

  /** Lets go of the files. */
  async close(): Promise<void> {
    await this.reading;
    await Promise.all([...this.byFile.values()].map((process) => process.close()));
  }

  private async read(): Promise<void> {
    for (const file of await this.recordingFiles()) {
      if (!this.byFile.has(file)) this.byFile.set(file, new ObservedProcess(join(this.folder, file)));
    }
    for (const process of this.byFile.values()) await process.refresh();
  }

  private async recordingFiles(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith(RECORDING_SUFFIX));
  }
}

/** Resolves after the time, or as soon as `signal` is aborted. Never rejects. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal.aborted) return resume();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resume();
    };
    const timer = setTimeout(wake, Math.max(0, durationMs));
    signal.addEventListener('abort', wake);
  });
}
