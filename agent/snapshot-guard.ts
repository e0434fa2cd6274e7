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

/** The sentence why a snapshot must not be taken; null when it may. */
export function refusal(costs: SnapshotCosts): string | null {
  const heap = `a snapshot of a heap of ${megabytes(costs.heapUsedBytes)}`;
  const memoryBytes = costs.heapUsedBytes * MEMORY_PER_HEAP_BYTE + MEMORY_ALWAYS_BYTES;
  if (memoryBytes > costs.availableBytes) {
    const limit =
      costs.memoryLimitBytes === null ? '' : ` (the limit is ${megabytes(costs.memoryLimitBytes)})`;
    return `${heap} needs about ${megabytes(memoryBytes)} more memory, of which ${megabytes(costs.availableBytes)} are free${limit}`;
  }
  const fileBytes = estimateFileBytes(costs.heapUsedBytes);
  if (fileBytes > costs.diskFreeBytes) {
    return `${heap} needs about ${megabytes(fileBytes)} of disk, of which ${megabytes(costs.diskFreeBytes)} are free`;
  }
  if (fileBytes > costs.budgetLeftBytes) {
    return `${heap} needs about ${megabytes(fileBytes)} of disk, and ${megabytes(costs.budgetLeftBytes)} are left of the run folder's budget (LEAKWATCH_DISK_BUDGET_MB)`;
  }
  if (costs.estimatedPauseMs > costs.maxPauseMs) {
    return `${heap} would stop the event loop for about ${seconds(costs.estimatedPauseMs)}, longer than the ${seconds(costs.maxPauseMs)} allowed for one that nobody asked for (LEAKWATCH_MAX_PAUSE_MS)`;
  }
  return null;
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.round(bytes / (1024 * 1024)))} MB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
