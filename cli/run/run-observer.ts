import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import { ObservedThread } from './observed-thread.ts';
import { applicationThreads, largestThreads } from './subjects.ts';

const POLL_MS = 200;
const MAX_SUBJECTS = 4; // each stands still for its snapshots, and each snapshot takes disk and time to analyze

/** What the processes of a run have recorded so far, read while they write it. */
export class RunObserver {
  readonly folder: string;
  private readonly byFile = new Map<string, ObservedThread>();
  private reading: Promise<void> | null = null;
  private chosen: readonly ObservedThread[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All threads of all processes that have begun a recording. */
  get threads(): readonly ObservedThread[] {
    return [...this.byFile.values()].filter(({ header }) => header !== null);
  }

  /** The running threads whose memory is the application's; see {@link applicationThreads}. */
  get application(): readonly ObservedThread[] {
    return applicationThreads(this.threads.filter(({ isRunning }) => isRunning));
  }

  /** The port the application listens on; the first one, if there are several. */
  get port(): number | null {
    return this.application.find(({ port }) => port !== null)?.port ?? null;
  }

  /**
   * The threads that snapshots are taken of: the same ones every time as long as one of them runs, since one snapshot
   * of a thread says nothing.
   */
  chooseSubjects(): readonly ObservedThread[] {
    this.chosen = this.chosen.filter(({ isRunning }) => isRunning);
    if (this.chosen.length === 0) this.chosen = largestThreads(this.application, MAX_SUBJECTS);
    return this.chosen;
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
    await Promise.all([...this.byFile.values()].map((thread) => thread.close()));
  }

  private async read(): Promise<void> {
    for (const file of await this.recordingFiles()) {
      if (!this.byFile.has(file)) this.byFile.set(file, new ObservedThread(join(this.folder, file)));
    }
    for (const thread of this.byFile.values()) await thread.refresh();
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
