/** Takes heap snapshots of this thread into the run folder: guarded, one at a time, and never more than are kept. */
import { join } from 'node:path';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';

import { reasonOf } from './complain.ts';
import { freeMemory } from './free-memory.ts';
import { monotonicMs, readdirSync, renameSync, statfsSync, statSync, unlinkSync } from './primordials.ts';
import { SNAPSHOT_SUFFIX } from './recording.ts';
import { FILE_PREFIX } from './run-folder.ts';
import { estimatePauseMs, refusal, type SnapshotCosts } from './snapshot-guard.ts';
import { tryLock } from './snapshot-lock.ts';
import { superfluous, type KeptSnapshot } from './snapshot-retention.ts';

export interface SnapshotLimits {
  readonly maxSnapshots: number;
  readonly diskBudgetBytes: number;
  /** The container's limit to assume; null asks the kernel. */
  readonly memoryLimitBytes: number | null;
}

export interface WrittenSnapshot {
  readonly status: 'written';
  readonly sequence: number;
  readonly file: string;
  readonly fileBytes: number;
  readonly pauseMs: number;
  /** Files that made room for this one. */
  readonly removed: readonly string[];
}

/** `busy`: another process of this run is taking one at this moment. `detail` is a sentence. */
export interface NoSnapshot {
  readonly status: 'refused' | 'failed' | 'busy';
  readonly sequence: number;
  readonly detail: string;
}

export type SnapshotOutcome = WrittenSnapshot | NoSnapshot;

export interface Snapshotter {
  /**
   * Takes a snapshot now, blocking the thread, or says why not. Never throws.
   * @param maxPauseMs refuses when the pause is expected to be longer; Infinity takes any
   */
  take(maxPauseMs: number): SnapshotOutcome;
}

/** A snapshotter for this thread; its files continue the sequence of those that the folder holds already. */
export function createSnapshotter(folder: string, limits: SnapshotLimits): Snapshotter {
  const kept: KeptSnapshot[] = [];
  let nextSequence = firstFreeSequence(folder);
  let msPerByte: number | null = null;

  const write = (sequence: number): WrittenSnapshot => {
    const file = `${FILE_PREFIX}-${sequence}${SNAPSHOT_SUFFIX}`;
    const heapBytes = getHeapStatistics().used_heap_size;
    const startedMs = monotonicMs();
    writeCompletely(join(folder, file));
    const pauseMs = monotonicMs() - startedMs;
    msPerByte = pauseMs / heapBytes;
    kept.push({ file, atMs: startedMs });
    const fileBytes = statSync(join(folder, file)).size;
    return { status: 'written', sequence, file, fileBytes, pauseMs, removed: removeSuperfluous() };
  };

  const removeSuperfluous = (): readonly string[] => {
    const excess = superfluous(kept, limits.maxSnapshots);
    if (excess === null) return [];
    kept.splice(kept.indexOf(excess), 1);
    removeIfThere(join(folder, excess.file));
    return [excess.file];
  };

  return {
    take(maxPauseMs) {
      const sequence = nextSequence++;
      let unlock: (() => void) | null = null;
      try {
        unlock = tryLock(folder);
        if (unlock === null) {
          return { status: 'busy', sequence, detail: 'another process of this run is taking a snapshot' };
        }
        const detail = refusal(costsNow(folder, limits, msPerByte, maxPauseMs));
        return detail === null ? write(sequence) : { status: 'refused', sequence, detail };
      } catch (error) {
        return { status: 'failed', sequence, detail: reasonOf(error) };
      } finally {
        unlock?.();
      }
    },
  };
}

function costsNow(
  folder: string,
  limits: SnapshotLimits,
  msPerByte: number | null,
  maxPauseMs: number,
): SnapshotCosts {
  const heapUsedBytes = getHeapStatistics().used_heap_size;
  const disk = statfsSync(folder);
  return {
    heapUsedBytes,
    ...freeMemory(limits.memoryLimitBytes),
    diskFreeBytes: disk.bavail * disk.bsize,
    budgetLeftBytes: limits.diskBudgetBytes - folderBytes(folder),
    estimatedPauseMs: estimatePauseMs(heapUsedBytes, msPerByte),
    maxPauseMs,
  };
}

/** Under its own name a file is always complete: readers watch the folder, and processes are killed while they write. */
function writeCompletely(path: string): void {
  const partial = `${path}.partial`;
  try {
    writeHeapSnapshot(partial);
    renameSync(partial, path);
  } catch (error) {
    removeIfThere(partial);
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody has cleaned up already.
  }
}

function folderBytes(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function firstFreeSequence(folder: string): number {
  try {
    const sequences = readdirSync(folder)
      .filter((name) => name.startsWith(`${FILE_PREFIX}-`) && name.endsWith(SNAPSHOT_SUFFIX))
      .map((name) => Number.parseInt(name.slice(FILE_PREFIX.length + 1), 10));
    return Math.max(0, ...sequences.filter(Number.isFinite)) + 1;
  } catch {
    return 1; // There is no such folder: nothing can be written either, which the recorder tells.
  }
}
