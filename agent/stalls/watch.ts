/** The observed thread's side of the watchdog over its event loop. */
import { join } from 'node:path';
import type { IntervalHistogram } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

import { setImmediate } from '../primordials.ts';
import type { Stall } from '../recording.ts';
import { CELL, CELLS } from './control.ts';

export interface WatchOptions {
  /** Live: the watchdog sees it count up whenever the loop comes round. Nobody else resets it. */
  readonly pulse: IntervalHistogram;
  readonly resolutionMs: number;
  readonly thresholdMs: number;
  readonly recordingFile: string;
  /** When the recording began, on process.hrtime.bigint()'s scale. */
  readonly startedAtNanos: bigint;
}

/** What the watchdog thread is given. */
export interface WatchdogData extends WatchOptions {
  readonly cells: Int32Array;
}

export interface StallWatch {
  /** The agent is about to hold up the loop itself. */
  suspend(): void;
  resume(): void;
  /** Ends the thread; waits for it when it has an inspector session open, which Node would wait for with a message. */
  stop(): void;
}

// It takes milliseconds, unless the machine gives the thread no CPU; longer than this only if the thread died.
const MAX_GOODBYE_MS = 10_000;

/** Starts a thread that watches this thread's event loop. @param onStall told what the thread has recorded */
export function watchStalls(options: WatchOptions, onStall: (stall: Stall) => void): StallWatch {
  const cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
  const workerData: WatchdogData = { ...options, cells };
  // Neither the application's preloads nor its environment belong into this thread.
  const worker = new Worker(join(__dirname, 'watchdog.js'), {
    workerData,
    execArgv: [],
    env: {},
    name: 'leakwatch',
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  });
  // Whatever befalls it, the application goes on without, and nobody waits for it.
  worker.on('error', () => {});
  worker.on('message', onStall);
  worker.on('exit', () => void Atomics.store(cells, CELL.isConnected, 0));
  worker.unref();
  // Runs after what the closed session left to do here. In a process that ends it does not run: Node ends the thread.
  const release = () => {
    if (Atomics.load(cells, CELL.isConnected) === 1) return;
    Atomics.store(cells, CELL.isReleased, 1);
    Atomics.notify(cells, CELL.isReleased);
  };
  return {
    suspend: () => void Atomics.store(cells, CELL.isSuspended, 1),
    resume: () => void Atomics.store(cells, CELL.isSuspended, 0),
    stop() {
      Atomics.store(cells, CELL.stop, 1);
      Atomics.notify(cells, CELL.stop);
      Atomics.wait(cells, CELL.isConnected, 1, MAX_GOODBYE_MS);
      setImmediate(release).unref();
    },
  };
}
