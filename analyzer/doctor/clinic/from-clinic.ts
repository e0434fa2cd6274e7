/** What clinic doctor has recorded, as a recording. */
import {
  RECORDING_VERSION,
  type Collection,
  type Recording,
  type RecordingEntry,
  type RecordingHeader,
  type Sample,
  type Stall,
} from '../../../agent/recording.ts';
import type { ClinicData, SystemInfo, TraceEvent } from './clinic-files.ts';
import type { ProcessStat } from './process-stat.ts';

// As the agent samples by default: the doctor's thresholds are meant for windows of about this length.
const WINDOW_MS = 1000;

// As the agent's default.
const STALL_MS = 100;

/**
 * The recording that clinic's data makes. Clinic tells neither the script nor the heap's limit, nor what blocked the loop;
 * of CPU time it knows no kernel's, and of the loop's utilization only the mean since the start.
 * @param process as the folder is named, a pid in the ordinary case
 */
export function fromClinic(data: ClinicData, process: string): Recording {
  const stats = data.processStats;
  const startedAt = stats[0]?.timestamp ?? data.systemInfo.clock.unixtime;
  const entries: RecordingEntry[] = [
    ...samplesOf(stats, startedAt),
    ...stallsOf(stats, startedAt),
    ...collectionsOf(data, startedAt),
  ];
  return {
    header: headerOf(data.systemInfo, startedAt, Number(process)),
    entries: entries.toSorted((one, other) => one.atMs - other.atMs),
    damagedLines: 0,
  };
}

function headerOf(
  { nodeVersions, toolVersion }: SystemInfo,
  startedAt: number,
  pid: number,
): RecordingHeader {
  return {
    type: 'header',
    version: RECORDING_VERSION,
    agentVersion: `clinic doctor ${toolVersion}`,
    pid: Number.isInteger(pid) ? pid : 0,
    ppid: 0,
    threadId: 0,
    role: 'main',
    script: '',
    cwd: '',
    nodeVersion: `v${nodeVersions.node}`,
    v8Version: nodeVersions.v8 ?? '',
    platform: '',
    arch: '',
    startedAt,
    sampleIntervalMs: WINDOW_MS,
    heapLimitBytes: Infinity,
    memoryLimitBytes: null,
  };
}

function samplesOf(stats: readonly ProcessStat[], startedAt: number): readonly Sample[] {
  const rows = stats.map((stat, index) => ({
    ...stat,
    elapsedMs: Math.max(0, stat.timestamp - (stats[index - 1]?.timestamp ?? stat.timestamp)),
  }));
  const windows = new Map<number, (typeof rows)[number][]>();
  for (const row of rows) {
    const index = Math.floor((row.timestamp - startedAt) / WINDOW_MS);
    const window = windows.get(index);
    if (window === undefined) windows.set(index, [row]);
    else window.push(row);
  }
  return [...windows.values()].map((window): Sample => {
    const last = window[window.length - 1];
    const delays = window.map(({ delay }) => delay).toSorted((a, b) => a - b);
    const quantile = (share: number) => delays[Math.floor(share * (delays.length - 1))];
    return {
      type: 'sample',
      atMs: last.timestamp - startedAt,
      rssBytes: last.memory.rss,
      heapTotalBytes: last.memory.heapTotal,
      heapUsedBytes: last.memory.heapUsed,
      externalBytes: last.memory.external,
      arrayBuffersBytes: last.memory.arrayBuffers,
      heapSpaceBytes: {},
      loopDelayP50Ms: quantile(0.5),
      loopDelayP99Ms: quantile(0.99),
      loopDelayMaxMs: quantile(1),
      loopUtilization: (last.loopUtilization ?? 0) / 100,
      cpuUserMs: window.reduce((sum, { cpu, elapsedMs }) => sum + cpu * elapsedMs, 0),
      cpuSystemMs: 0,
      activeResources: { Handle: last.handles },
    };
  });
}

function stallsOf(stats: readonly ProcessStat[], startedAt: number): readonly Stall[] {
  return stats
    .filter(({ delay }) => delay >= STALL_MS)
    .map(({ timestamp, delay }) => ({
      type: 'stall',
      atMs: Math.max(0, timestamp - startedAt - delay),
      durationMs: delay,
      category: 'unknown',
      culprit: null,
    }));
}

const KINDS: ReadonlyMap<string, 'minor' | 'major'> = new Map([
  ['MinorGC', 'minor'],
  ['MajorGC', 'major'],
]);

/** The collections of the main thread, whose are the first ones: an event where each begins, and one where it ends. */
function collectionsOf({ systemInfo, traceEvents }: ClinicData, startedAt: number): readonly Collection[] {
  const { hrtime, unixtime } = systemInfo.clock;
  const offsetMs = unixtime - (hrtime[0] * 1e3 + hrtime[1] / 1e6) - startedAt;
  const events = traceEvents.filter(({ name }) => KINDS.has(name)).toSorted((a, b) => a.ts - b.ts);
  const own = events.filter(({ tid }) => tid === events[0].tid);
  const begun = new Map<string, TraceEvent>();
  return own.flatMap((event): readonly Collection[] => {
    const kind = KINDS.get(event.name);
    const begin = begun.get(event.name);
    begun.delete(event.name);
    if (event.ph === 'B') begun.set(event.name, event);
    if (event.ph !== 'E' || begin === undefined || kind === undefined) return [];
    const afterBytes = Number(event.args?.usedHeapSizeAfter);
    return [
      {
        type: 'gc',
        atMs: Math.max(0, begin.ts / 1000 + offsetMs),
        kind,
        pauseMs: (event.ts - begin.ts) / 1000,
        ...(kind === 'major' && afterBytes > 0 && { heapUsedAfterBytes: afterBytes }),
      },
    ];
  });
}
