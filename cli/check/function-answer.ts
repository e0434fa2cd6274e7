import type { Block } from '../../analyzer/check/longest-block.ts';
import type { Report } from '../../analyzer/report.ts';

/** What a process that tries a function is told, as its argument. */
export interface FunctionOrder {
  readonly configFile: string;
  readonly scenario: string;
  readonly warmupIterations: number;
  readonly settleMs: number;
  readonly timeoutMs: number;
  /** Of the event loop; null when nobody asks. */
  readonly longestBlockMs: number | null;
  /** Where the snapshots of a leak go. */
  readonly snapshotFolder: string;
}

/** What it finds. */
export interface FunctionTrial {
  readonly iterations: number;
  readonly bytesPerIteration: number;
  readonly objectsPerIteration: number;
  readonly leak: Report | null;
  readonly block: Block | null;
}
