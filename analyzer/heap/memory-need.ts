import { freemem } from 'node:os';
import type { SnapshotLayout } from './layout.ts';
import { SnapshotError } from './snapshot-error.ts';

const BYTES_PER_NODE = 18 + 32; // its columns, and those of its dominator, sizes and class while they are computed
const BYTES_PER_EDGE = 9 + 5; // its columns, and its place among the retainers
const STRING_SHARE = 0.15; // of the file, for strings and locations: 5 to 12 % when measured

/** Bytes of memory it takes to read a snapshot and compute retained sizes, from what its header announces. */
export function memoryNeed(layout: SnapshotLayout, fileBytes: number | null): number {
  return (
    layout.nodeCount * BYTES_PER_NODE + layout.edgeCount * BYTES_PER_EDGE + (fileBytes ?? 0) * STRING_SHARE
  );
}

/**
 * @param limitBytes how much may be used; by default what the system, or the container, has free
 * @throws SnapshotError TOO_LARGE
 */
export function checkMemory(neededBytes: number, limitBytes: number = availableMemory()): void {
  if (neededBytes <= limitBytes) return;
  throw new SnapshotError(
    'TOO_LARGE',
    `The snapshot needs about ${gigabytes(neededBytes)} of memory to be analyzed; there is ${gigabytes(limitBytes)}.`,
  );
}

/** Node 20.13 and 22 know what a container leaves. */
interface ProcessWithMemory {
  readonly availableMemory?: () => number;
}

function availableMemory(): number {
  return (process as ProcessWithMemory).availableMemory?.() ?? freemem();
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
