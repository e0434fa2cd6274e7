import { resolve } from 'node:path';
import { analyzeSnapshots, LeakwatchError } from '../../analyzer/index.ts';
import type { Budgets } from './check-report.ts';
import type { SnapshotsScenario } from './config.ts';
import { measured } from './measured.ts';
import type { Tried } from './measured.ts';
import { perIteration } from './per-iteration.ts';
import { budgetProblems, leakProblems } from './problems.ts';

/** Saved snapshots to judge. */
export interface SnapshotsTask {
  readonly scenario: SnapshotsScenario;
  readonly budgets: Budgets;
  readonly root: string;
}

/** @throws LeakwatchError that names a file that cannot be used, or says why the snapshots cannot tell */
export async function runSnapshots({ scenario, budgets, root }: SnapshotsTask): Promise<Tried> {
  const files = scenario.snapshots.map((file) => resolve(root, file));
  const report = await analyzeSnapshots(files, { root });
  const isPairWithSuspects = report.snapshots.length === 2 && report.findings.length > 0;
  if (report.verdict === 'unknown')
    throw new LeakwatchError(
      'UNDECIDED',
      isPairWithSuspects ? `${report.headline} A third snapshot would tell.` : report.headline,
    );
  const heapFloorMB = report.snapshots[report.snapshots.length - 1].heapBytes / 1e6;
  const measures = measured({ heapFloorMB, ...perIteration(report, scenario.iterations) });
  return {
    measures,
    report,
    recordings: [],
    problems: [
      ...leakProblems(report, measures, budgets),
      ...budgetProblems(measures, budgets, ['heapFloorMB']),
    ],
    sentence: report.headline,
  };
}
