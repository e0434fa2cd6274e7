/** leakwatch/test: assertions about memory, for any test runner. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { analyzeSnapshots } from './analyze.ts';
import { growthOf } from './check/heap-growth.ts';
import type { Growth } from './check/heap-growth.ts';
import { fullCollection, settledHeapBytes } from './check/heap-gauge.ts';
import { LeakError } from './check/leak-error.ts';
import { iterationsPerRound, repeat } from './check/scenario.ts';
import type { Scenario } from './check/scenario.ts';
import type { Report } from './report.ts';

export { LeakError } from './check/leak-error.ts';
export type { Scenario } from './check/scenario.ts';

/** How a scenario is tried. */
export interface CheckOptions {
  /** Iterations before the heap is first measured, for caches that take long to fill up; default: none beside the calibration. */
  readonly warmupIterations?: number;
  /** Milliseconds a round of iterations may take; default 30,000. */
  readonly timeoutMs?: number;
}

const ROUNDS = 12;
const ROUND_MS = 40; // half a second for all of them, with the collections less than one
const CONFIRMING = 3; // times as many iterations to confirm a suspicion: what the engine does once does not happen again
const SNAPSHOTS = 4;
const BETWEEN_SNAPSHOTS = 2; // times the iterations of a round

/**
 * Passes when the scenario leaves nothing behind, however often it runs. Measures the heap over rounds of equal work;
 * when it grows, and over three times the work at least as much again, takes heap snapshots and fails with what is
 * held, where, and how to fix it. Call it with nothing else going on in the process.
 * @throws LeakError when it leaks; LeakwatchError when the scenario throws or hangs
 */
export async function expectNoLeak(scenario: Scenario, options: CheckOptions = {}): Promise<void> {
  const check = { scenario, collect: fullCollection(), timeoutMs: options.timeoutMs ?? 30_000 };
  await repeat(scenario, options.warmupIterations ?? 0, check.timeoutMs);
  const iterations = await iterationsPerRound(scenario, ROUND_MS, check.timeoutMs);
  const suspected = await growthOver(check, iterations);
  if (!suspected.isRising || !suspected.isGradual) return;
  const confirmed = await growthOver(check, iterations * CONFIRMING);
  if (!confirmed.isRising || confirmed.bytes < suspected.bytes) return;
  const report = await reportOn(check, iterations * BETWEEN_SNAPSHOTS);
  if (report.verdict !== 'leak') return;
  throw new LeakError(confirmed.bytes / (confirmed.rounds * iterations * CONFIRMING), report);
}

interface Check {
  readonly scenario: Scenario;
  readonly collect: () => void;
  readonly timeoutMs: number;
}

async function growthOver({ scenario, collect, timeoutMs }: Check, iterations: number): Promise<Growth> {
  const heapBytes = [await settledHeapBytes(collect)];
  for (let round = 0; round < ROUNDS; round++) {
    await repeat(scenario, iterations, timeoutMs);
    heapBytes.push(await settledHeapBytes(collect));
  }
  return growthOf(heapBytes);
}

/** Judges snapshots of this very process, with equal work between them. They are deleted again: heaps hold secrets. */
async function reportOn({ scenario, collect, timeoutMs }: Check, iterations: number): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'leakwatch-'));
  try {
    const files: string[] = [];
    for (let taken = 0; taken < SNAPSHOTS; taken++) {
      if (taken > 0) await repeat(scenario, iterations, timeoutMs);
      await settledHeapBytes(collect);
      files.push(writeHeapSnapshot(join(folder, `${taken}.heapsnapshot`)));
    }
    return await analyzeSnapshots(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
