import type { ProcessOverview } from './api.ts';
import { floorOutlook } from './floor-outlook.ts';
import { ProcessSeries } from './process-series.ts';
import { checkedHeader } from './checked-header.ts';
import { Tail } from './tail.ts';
import type { TailListener } from './tail.ts';
import { sparklinesOf } from './timeline.ts';

/** A process that has written nothing for so many samples, and no end, is taken for dead. */
const SILENT_SAMPLES = 15;

/** A recording file that is followed while it grows; whatever happens to it, what was read stays usable. */
export class WatchedProcess implements TailListener {
  readonly id: string;
  readonly file: string;
  series: ProcessSeries | null = null;
  damagedLines = 0;
  /** Counts up whenever there is something new to show. */
  revision = 0;
  gone = false;
  private readonly tail: Tail;

  constructor(id: string, path: string, file: string) {
    this.id = id;
    this.file = file;
    this.tail = new Tail(path, this);
  }

  /** Reads a block of what is new; false when there is no more. */
  async refresh(): Promise<boolean> {
    const found = await this.tail.read();
    if (this.gone !== (found === 'gone')) this.revision++;
    this.gone = found === 'gone';
    return found === 'more';
  }

  line(text: string): void {
    this.revision++;
    if (!this.series) this.begin(text);
    else if (!this.series.addLine(text)) this.damagedLines++;
  }

  private begin(text: string): void {
    const header = checkedHeader(text);
    if (header) this.series = new ProcessSeries(header);
    else this.damagedLines++;
  }

  restart(): void {
    this.series = null;
    this.damagedLines = 0;
    this.revision++;
  }

  damaged(): void {
    this.damagedLines++;
    this.revision++;
  }
}

/** The process as the page lists it, or null as long as its header is missing. */
export function overviewOf(
  { id, series, damagedLines, gone }: WatchedProcess,
  live: boolean,
): ProcessOverview | null {
  if (!series) return null;
  return { ...describeProcess(id, series), damagedLines, state: stateOf(series, live && !gone) };
}

/** All of {@link ProcessOverview} that the recording itself tells. */
export function describeProcess(id: string, series: ProcessSeries): ProcessOverview {
  const { header } = series;
  return {
    id,
    pid: header.pid,
    threadId: header.threadId,
    role: header.role,
    script: header.script,
    nodeVersion: header.nodeVersion,
    heapLimitBytes: header.heapLimitBytes,
    memoryLimitBytes: header.memoryLimitBytes,
    startedAt: header.startedAt,
    lastSeenAt: series.lastSeenAt,
    state: stateOf(series, false),
    exitCode: series.exitCode,
    sampleCount: series.sampleCount,
    majorCollections: series.majorCollections,
    damagedLines: 0,
    latest: series.latest,
    sparklines: sparklinesOf(series),
    snapshots: series.snapshots,
    outlook: floorOutlook(series),
    routes: [...series.routes.values()].toSorted((one, other) => other.count - one.count),
    profiles: [...series.profiles.values()],
    ...stallSums(series),
    listening: series.listening,
  };
}

function stallSums({ stalls }: ProcessSeries): Pick<ProcessOverview, 'stallCount' | 'stalledMs'> {
  let stallCount = 0;
  let stalledMs = 0;
  for (const { durationMs, count = 1, totalDurationMs = durationMs } of stalls.values()) {
    stallCount += count;
    stalledMs += totalDurationMs;
  }
  return { stallCount, stalledMs };
}

function stateOf(series: ProcessSeries, mayRun: boolean): ProcessOverview['state'] {
  if (series.exitCode !== null) return 'ended';
  const silentMs = Math.max(SILENT_SAMPLES * series.header.sampleIntervalMs, 15_000);
  return mayRun && Date.now() - series.lastSeenAt < silentMs ? 'running' : 'lost';
}
