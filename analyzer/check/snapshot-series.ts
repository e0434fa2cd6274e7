import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';

const ITERATION_MS = 100; // any time would do: only the proportion of the windows counts

/** Snapshots of this very process, with equal or growing work between them. */
export interface SnapshotSeries {
  readonly files: readonly string[];
  /**
   * Takes one. The file gets a time in proportion to the iterations: a window weighs as much as the work in it, however
   * long a busy machine took for that.
   * @param iterations how often the scenario has run before it
   */
  take(iterations: number): Promise<void>;
  /** Deletes them: heaps hold secrets. */
  remove(): Promise<void>;
}

/** @param folder where to keep them; null for a temporary one, which goes with the process. Nobody else may read it. */
export async function snapshotSeries(folder: string | null): Promise<SnapshotSeries> {
  if (folder !== null) await mkdir(folder, { recursive: true, mode: 0o700 });
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'leakwatch-')));
  const removeNow = () => rmSync(home, { recursive: true, force: true });
  if (folder === null) process.once('exit', removeNow);
  const files: string[] = [];
  const startedAt = Date.now();
  return {
    files,
    async take(iterations) {
      const file = writeHeapSnapshot(join(home, `${files.length + 1}.heapsnapshot`));
      const seconds = (startedAt + iterations * ITERATION_MS) / 1000;
      await utimes(file, seconds, seconds);
      files.push(file);
    },
    async remove() {
      process.off('exit', removeNow);
      await rm(home, { recursive: true, force: true });
    },
  };
}
