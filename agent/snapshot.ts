/** Takes heap snapshots of this thread into the run folder: guarded, one at a time, and never more than are kept. */
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';

import { captureBy, type Capture, type CaptureEngine } from './capture-engine.ts';
import { reasonOf } from './complain.ts';
import { diesAsGroup, freeMemory } from './free-memory.ts';
import { monotonicMs, readdirSync, renameSync, statfsSync, statSync, unlinkSync } from './primordials.ts';
import { SNAPSHOT_SUFFIX } from './recording.ts';
import { FILE_PREFIX } from './run-folder.ts';
import { isTriedHere } from './snapshot-addon.ts';
import { createForker, type ForkedSnapshot, type ForkOrder, type Forker } from './snapshot-fork.ts';
import { estimatePauseMs, forkRefusal, refusal, type SnapshotCosts } from './snapshot-guard.ts';
import { tryLock } from './snapshot-lock.ts';
import { removeSnapshot } from './snapshot-packing.ts';
import { superfluous, type KeptSnapshot } from './snapshot-retention.ts';

const PARTIAL_SUFFIX = '.partial';

// The application goes on while its copy works, and needs some, too.
const COPY_SHARE_OF_FREE_MEMORY = 0.9;

export interface SnapshotLimits {
  readonly captureEngine: CaptureEngine;
  readonly maxSnapshots: number;
  readonly diskBudgetBytes: number;
  /** The container's limit to assume; null asks the kernel. */
  readonly memoryLimitBytes: number | null;
}

export interface WrittenSnapshot {
  readonly status: 'written';
  readonly mode: 'in-process' | 'fork';
  readonly sequence: number;
  readonly file: string;
  readonly fileBytes: number;
  readonly pauseMs: number;
  /** Files that made room for this one. */
  readonly removed: readonly string[];
  /** What only a forked one has to tell. */
  readonly forked?: Pick<ForkedSnapshot, 'delayMs' | 'tookMs' | 'attempts' | 'copyPeakBytes' | 'copiedBytes'>;
}

/** `busy`: another process of this run is taking one at this moment. `detail` is a sentence. */
export interface NoSnapshot {
  readonly status: 'refused' | 'failed' | 'busy';
  readonly sequence: number;
  readonly detail: string;
  /** Forking is what failed: an ordinary snapshot may come to a better end. */
  readonly isForkToBlame?: true;
  /** Nothing but its pause speaks against it: a forked one may be taken, though nobody asked for it. */
  readonly isTooLong?: true;
}

export type SnapshotOutcome = WrittenSnapshot | NoSnapshot;

export interface Snapshotter {
  /**
   * Takes a snapshot now, blocking the thread, or says why not. Never throws.
   * @param maxPauseMs refuses when the pause is expected to be longer; Infinity takes any
   */
  take(maxPauseMs: number): SnapshotOutcome;
  /**
   * Has a forked copy of the process take one, while this thread goes on. Never rejects.
   * @param keepsAlive whether the process is to live until it is there
   * @param sequence that of the one in whose place it is taken
   */
  fork(keepsAlive: boolean, sequence?: number): Promise<SnapshotOutcome>;
  /**
   * Forks one that nobody gets to see. When that fails none is forked any more; answers why, and null when it does not.
   * Never rejects.
   */
  proveFork(): Promise<string | null>;
  /** Ends a copy that is at work, and removes what it has written. */
  stop(): void;
}

/** A snapshotter for this thread; its files continue the sequence of those that the folder holds already. */
export function createSnapshotter(
  folder: string,
  limits: SnapshotLimits,
  forker: Forker = createForker(),
): Snapshotter {
  const capture = captureBy(limits.captureEngine);
  const kept: KeptSnapshot[] = [];
  let nextSequence = firstFreeSequence(folder);
  let msPerByte: number | null = null;
  let disproof: string | null = null;
  let proving: Promise<string | null> | null = null;
  let partialAtWork: string | null = null;
  let unlockAtWork: (() => void) | null = null;

  const write = (sequence: number): WrittenSnapshot => {
    const file = fileOf(sequence);
    const heapBytes = usedHeapBytes();
    const startedMs = monotonicMs();
    writeCompletely(join(folder, file), capture);
    const pauseMs = monotonicMs() - startedMs;
    msPerByte = pauseMs / heapBytes;
    return keep({ sequence, file, pauseMs, mode: 'in-process' }, startedMs);
  };

  const keep = (
    written: Omit<WrittenSnapshot, 'status' | 'fileBytes' | 'removed'>,
    atMs: number,
  ): WrittenSnapshot => {
    kept.push({ file: written.file, atMs });
    const fileBytes = statSync(join(folder, written.file)).size;
    return { status: 'written', ...written, fileBytes, removed: removeSuperfluous() };
  };

  const writeForked = async (sequence: number, keepsAlive: boolean): Promise<SnapshotOutcome> => {
    const costs = costsNow(folder, limits, msPerByte, Infinity);
    const detail = forkRefusal(costs);
    if (detail !== null) return { status: 'refused', sequence, detail };
    const file = fileOf(sequence);
    const startedMs = monotonicMs();
    const written = await forkCompletely(join(folder, file), costs, keepsAlive);
    if (written.isWritten) {
      const { pauseMs, isWritten: _, ...forked } = written;
      return keep({ sequence, file, pauseMs, mode: 'fork', forked }, startedMs);
    }
    const attempts = written.attempts > 1 ? `${written.detail}, ${written.attempts} times` : written.detail;
    const blame = written.isForkToBlame ? ({ isForkToBlame: true } as const) : {};
    return { status: 'failed', sequence, detail: attempts, ...blame };
  };

  /** As {@link writeCompletely}; a copy that was killed leaves a part behind. */
  const forkCompletely = async (path: string, costs: SnapshotCosts, keepsAlive: boolean) => {
    const partial = `${path}${PARTIAL_SUFFIX}`;
    partialAtWork = partial;
    try {
      const result = await forker.write(orderFor(partial, costs, keepsAlive));
      if (result.isWritten) renameSync(partial, path);
      return result;
    } finally {
      partialAtWork = null;
      removeIfThere(partial);
    }
  };

  const removeSuperfluous = (): readonly string[] => {
    const excess = superfluous(kept, limits.maxSnapshots);
    if (excess === null) return [];
    kept.splice(kept.indexOf(excess), 1);
    removeSnapshot(join(folder, excess.file));
    return [excess.file];
  };

  const prove = async (): Promise<string | null> => {
    try {
      const costs = costsNow(folder, limits, msPerByte, Infinity);
      // Where there is no room for a copy now, the next one proves it.
      if (forkRefusal(costs) !== null) return null;
      const proof = await forker.write(orderFor('/dev/null', costs, false));
      if (!proof.isWritten && proof.isForkToBlame) disproof = proof.detail;
    } catch (error) {
      disproof = reasonOf(error);
    }
    return disproof;
  };

  return {
    async fork(keepsAlive, sequence = nextSequence++) {
      try {
        await proving;
        const obstacle = disproof ?? forker.obstacle();
        if (obstacle !== null) return { status: 'failed', sequence, detail: obstacle, isForkToBlame: true };
        unlockAtWork = tryLock(folder);
        return unlockAtWork === null ? busy(sequence) : await writeForked(sequence, keepsAlive);
      } catch (error) {
        return { status: 'failed', sequence, detail: reasonOf(error) };
      } finally {
        unlockAtWork?.();
        unlockAtWork = null;
      }
    },
    proveFork() {
      return (proving = prove());
    },
    stop() {
      forker.stop();
      if (partialAtWork !== null) removeIfThere(partialAtWork);
      unlockAtWork?.();
      unlockAtWork = null;
    },
    take(maxPauseMs) {
      const sequence = nextSequence++;
      let unlock: (() => void) | null = null;
      try {
        unlock = tryLock(folder);
        if (unlock === null) return busy(sequence);
        const costs = costsNow(folder, limits, msPerByte, maxPauseMs);
        const detail = refusal(costs);
        if (detail === null) return write(sequence);
        const isTooLong = isTriedHere() && refusal({ ...costs, maxPauseMs: Infinity }) === null;
        return { status: 'refused', sequence, detail, ...(isTooLong && { isTooLong }) };
      } catch (error) {
        return { status: 'failed', sequence, detail: reasonOf(error) };
      } finally {
        unlock?.();
      }
    },
  };
}

function fileOf(sequence: number): string {
  return `${FILE_PREFIX}-${sequence}${SNAPSHOT_SUFFIX}`;
}

function orderFor(path: string, costs: SnapshotCosts, keepsAlive: boolean): ForkOrder {
  const memoryBytes = costs.availableBytes * COPY_SHARE_OF_FREE_MEMORY;
  return { path, heapBytes: costs.heapUsedBytes, memoryBytes, keepsAlive };
}

function busy(sequence: number): NoSnapshot {
  return { status: 'busy', sequence, detail: 'another process of this run is taking a snapshot' };
}

function usedHeapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

function costsNow(
  folder: string,
  limits: SnapshotLimits,
  msPerByte: number | null,
  maxPauseMs: number,
): SnapshotCosts {
  const heapUsedBytes = usedHeapBytes();
  const disk = statfsSync(folder);
  return {
    heapUsedBytes,
    ...freeMemory(limits.memoryLimitBytes),
    diesAsGroup: diesAsGroup(),
    diskFreeBytes: disk.bavail * disk.bsize,
    budgetLeftBytes: limits.diskBudgetBytes - folderBytes(folder),
    estimatedPauseMs: estimatePauseMs(heapUsedBytes, msPerByte),
    maxPauseMs,
  };
}

/** Under its own name a file is always complete: readers watch the folder, and processes are killed while they write. */
function writeCompletely(path: string, capture: Capture): void {
  const partial = `${path}${PARTIAL_SUFFIX}`;
  try {
    capture(partial);
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
