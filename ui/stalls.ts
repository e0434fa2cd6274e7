import type { Stall, StackFrame } from '../agent/recording.ts';
import type { Frame, StallCulprit, StallRow, Stalls } from './api.ts';
import type { CodePlaces } from './code-places.ts';
import type { ProcessSeries } from './process-series.ts';

/** More would not be read by a person, nor drawn by a page. */
const MAX_ROWS = 500;

const MAX_STACK = 64;

/** The processes of a run with their stalls, by their id. */
export type RecordedProcesses = ReadonlyMap<string, ProcessSeries>;

/** What blocked the event loops of these processes, in the words of their sources. */
export async function stallsOf(processes: RecordedProcesses, places: CodePlaces): Promise<Stalls> {
  const newest = [...processes]
    .flatMap(([id, series]) => [...series.stalls.values()].map((stall) => ({ id, series, stall })))
    .toSorted((one, other) => startOf(other) - startOf(one));
  const culprits = new Map<string, StallCulprit>();
  const rows: StallRow[] = [];
  for (const { id, series, stall } of newest) {
    const { cwd } = series.header;
    const row = rowWithoutStack(id, series, stall, stall.culprit && (await places.frame(stall.culprit, cwd)));
    addTo(culprits, row);
    if (rows.length < MAX_ROWS) rows.push({ ...row, stack: await framesOf(stall.stack ?? [], cwd, places) });
  }
  const all = [...culprits.values()];
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0),
    culprits: all.toSorted((one, other) => other.totalMs - one.totalMs),
    rows,
  };
}

/** Every place in the code that the stalls name. */
export function framesIn({ rows, culprits }: Stalls): Frame[] {
  return [
    ...culprits.map(({ culprit }) => culprit),
    ...rows.flatMap(({ culprit, stack }) => [culprit, ...stack]),
  ].filter((frame) => frame !== null);
}

function startOf({ series, stall }: { series: ProcessSeries; stall: Stall }): number {
  return series.header.startedAt + stall.atMs;
}

function rowWithoutStack(
  process: string,
  { header }: ProcessSeries,
  stall: Stall,
  culprit: Frame | null,
): StallRow {
  const { atMs, durationMs, category, count = 1, totalDurationMs = durationMs, isOngoing = false } = stall;
  const at = header.startedAt + atMs;
  return {
    process,
    at,
    durationMs,
    category,
    culprit,
    stack: [],
    count,
    totalMs: totalDurationMs,
    isOngoing,
  };
}

async function framesOf(
  stack: readonly StackFrame[],
  folder: string,
  places: CodePlaces,
): Promise<readonly Frame[]> {
  return Promise.all(stack.slice(0, MAX_STACK).map((frame) => places.frame(frame, folder)));
}

/** Function and file name a culprit: of a function that blocks, every block has another hottest line. */
function addTo(culprits: Map<string, StallCulprit>, row: StallRow): void {
  const { category, culprit, at, count, totalMs, durationMs } = row;
  const key = culprit ? `${category}\0${culprit.functionName}\0${culprit.file}` : category;
  const known = culprits.get(key);
  culprits.set(key, {
    category,
    culprit: known?.culprit ?? culprit,
    count: (known?.count ?? 0) + count,
    totalMs: (known?.totalMs ?? 0) + totalMs,
    longestMs: Math.max(known?.longestMs ?? 0, durationMs),
    lastAt: Math.max(known?.lastAt ?? 0, at),
  });
}
