/** Decides whether a heap snapshot would harm the process, from figures alone. */

/** What is known just before a snapshot. */
export interface SnapshotCosts {
  readonly heapUsedBytes: number;
  /** What the process may still take before the container or the machine runs out. */
  readonly availableBytes: number;
  /** The container's limit; null where there is none. */
  readonly memoryLimitBytes: number | null;
  /** Free on the run folder's disk. */
  readonly diskFreeBytes: number;
  /** The kernel kills all of the container when one of its processes takes too much (cgroup v2's memory.oom.group). */
  readonly diesAsGroup: boolean;
  /** What the run folder may still grow by. */
  readonly budgetLeftBytes: number;
  /** How long the loop would stand still, by {@link estimatePauseMs}. */
  readonly estimatedPauseMs: number;
  /** The longest pause that is acceptable; Infinity when somebody asked for the snapshot. */
  readonly maxPauseMs: number;
}

// V8's snapshot generator takes about 400 bytes for each object: 4.8 to 6.8 times the heap when measured on Node 20 to 26.
const MEMORY_PER_HEAP_BYTE = 6.5;
const MEMORY_ALWAYS_BYTES = 16 * 1024 * 1024;

// 1.1 to 1.3 bytes of file for each byte of heap when measured.
const FILE_PER_HEAP_BYTE = 1.4;

// 48 to 94 ms for each megabyte when measured.
const PAUSE_MS_PER_HEAP_BYTE = 80 / (1024 * 1024);

/** The pause by the heap's size, at the pace of the previous snapshot when there was one. */
export function estimatePauseMs(heapUsedBytes: number, msPerByte: number | null): number {
  return heapUsedBytes * (msPerByte ?? PAUSE_MS_PER_HEAP_BYTE);
}

/** How large the file will be at most. */
export function estimateFileBytes(heapUsedBytes: number): number {
  return heapUsedBytes * FILE_PER_HEAP_BYTE;
}

// While a copy lives, whatever the process changes of its heap is there twice: at most all of it.
const COPIED_PER_HEAP_BYTE = 1;

// Where the copy cannot be killed alone, it is only made when there is twice the room that it should need.
const RESERVE_IN_GROUP = 2;

/** The sentence why a snapshot must not be taken in this process; null when it may. */
export function refusal(costs: SnapshotCosts): string | null {
  const late =
    costs.estimatedPauseMs > costs.maxPauseMs
      ? `${heapOf(costs)} would stop the event loop for about ${seconds(costs.estimatedPauseMs)}, longer than the ${seconds(costs.maxPauseMs)} allowed for one that nobody asked for (LEAKWATCH_MAX_PAUSE_MS)`
      : null;
  return noMemory(costs, MEMORY_PER_HEAP_BYTE) ?? noDisk(costs) ?? late;
}

/** The sentence why a snapshot must not be taken by a forked copy of this process; null when it may. */
export function forkRefusal(costs: SnapshotCosts): string | null {
  const perHeapByte = MEMORY_PER_HEAP_BYTE + COPIED_PER_HEAP_BYTE;
  return noMemory(costs, perHeapByte * (costs.diesAsGroup ? RESERVE_IN_GROUP : 1)) ?? noDisk(costs);
}

function heapOf(costs: SnapshotCosts): string {
  return `a snapshot of a heap of ${megabytes(costs.heapUsedBytes)}`;
}

function noMemory(costs: SnapshotCosts, bytesPerHeapByte: number): string | null {
  const memoryBytes = costs.heapUsedBytes * bytesPerHeapByte + MEMORY_ALWAYS_BYTES;
  if (memoryBytes <= costs.availableBytes) return null;
  const limit = costs.memoryLimitBytes === null ? '' : ` (the limit is ${megabytes(costs.memoryLimitBytes)})`;
  return `${heapOf(costs)} needs about ${megabytes(memoryBytes)} more memory, of which ${megabytes(costs.availableBytes)} are free${limit}`;
}

function noDisk(costs: SnapshotCosts): string | null {
  const heap = heapOf(costs);
  const fileBytes = estimateFileBytes(costs.heapUsedBytes);
  if (fileBytes > costs.diskFreeBytes) {
    return `${heap} needs about ${megabytes(fileBytes)} of disk, of which ${megabytes(costs.diskFreeBytes)} are free`;
  }
  if (fileBytes > costs.budgetLeftBytes) {
    return `${heap} needs about ${megabytes(fileBytes)} of disk, and ${megabytes(costs.budgetLeftBytes)} are left of the run folder's budget (LEAKWATCH_DISK_BUDGET_MB)`;
  }
  return null;
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.round(bytes / (1024 * 1024)))} MB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
