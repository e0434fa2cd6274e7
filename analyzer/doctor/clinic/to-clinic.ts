/** A recording in the words of clinic doctor. */
import type { Collection, Recording, Sample } from '../../../agent/recording.ts';
import type { ClinicData, TraceEvent } from './clinic-files.ts';
import type { ProcessStat } from './process-stat.ts';

// The version whose formats these are.
const CLINIC_VERSION = '11.0.0';

/** A sample tells the median and the most of how late the loop was: three rows of the one, and one of the other. */
const ROWS_PER_SAMPLE = 4;

/** What clinic doctor would have recorded of this process, as far as a recording tells. */
export function toClinic({ header, entries }: Recording): ClinicData {
  const samples = entries.filter((entry): entry is Sample => entry.type === 'sample');
  const collections = entries.filter((entry): entry is Collection => entry.type === 'gc');
  return {
    systemInfo: {
      // The tracing clock is made to begin with the recording.
      clock: { hrtime: [0, 0], unixtime: header.startedAt },
      nodeVersions: { node: header.nodeVersion.replace(/^v/, ''), v8: header.v8Version },
      toolVersion: CLINIC_VERSION,
    },
    traceEvents: collections.flatMap((collection) => eventsOf(collection, header.pid)),
    processStats: statsOf(samples, header.startedAt),
  };
}

function statsOf(samples: readonly Sample[], startedAt: number): readonly ProcessStat[] {
  let busyMs = 0;
  return samples.flatMap((sample, index) => {
    const fromMs = samples[index - 1]?.atMs ?? 0;
    const windowMs = Math.max(1, sample.atMs - fromMs);
    busyMs += sample.loopUtilization * windowMs;
    const common = {
      cpu: (sample.cpuUserMs + sample.cpuSystemMs) / windowMs,
      memory: {
        rss: sample.rssBytes,
        heapTotal: sample.heapTotalBytes,
        heapUsed: sample.heapUsedBytes,
        external: sample.externalBytes,
        arrayBuffers: sample.arrayBuffersBytes,
      },
      handles: handlesOf(sample),
      loopUtilization: Math.min(100, (busyMs / Math.max(1, sample.atMs)) * 100),
    };
    return Array.from({ length: ROWS_PER_SAMPLE }, (_, row) => ({
      ...common,
      timestamp: startedAt + fromMs + (windowMs * (row + 1)) / ROWS_PER_SAMPLE,
      delay: row === ROWS_PER_SAMPLE - 1 ? sample.loopDelayMaxMs : sample.loopDelayP50Ms,
    }));
  });
}

/** Clinic counts sockets, servers, pipes and the like: neither timers nor requests to the system that are under way. */
function handlesOf({ activeResources }: Sample): number {
  return Object.entries(activeResources)
    .filter(([type]) => !/Req|^Timeout$|^Immediate$|Microtask/.test(type))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Collection kind -> V8's name of its work, and of all of it where there is one. */
const NAMES: Readonly<Record<Collection['kind'], { readonly work: string; readonly whole?: string } | null>> =
  {
    minor: { work: 'V8.GCScavenger', whole: 'MinorGC' },
    major: { work: 'V8.GCFinalizeMC', whole: 'MajorGC' },
    incremental: { work: 'V8.GCIncrementalMarking' },
    'weak-callbacks': null, // of which V8's tracing has no event
  };

const US_PER_MS = 1000;

/** Of several collections the longest is an event of its own, and the others are one together. */
function eventsOf(collection: Collection, pid: number): readonly TraceEvent[] {
  const names = NAMES[collection.kind];
  if (names === null) return [];
  const others = (collection.totalPauseMs ?? collection.pauseMs) - collection.pauseMs;
  const pauses = [collection.pauseMs, ...(others > 0 ? [others] : [])];
  return pauses.flatMap((pauseMs, index) => {
    const common = { pid, tid: pid };
    const ts = Math.round((collection.atMs + (index === 0 ? 0 : collection.pauseMs)) * US_PER_MS);
    const dur = Math.round(pauseMs * US_PER_MS);
    const work: TraceEvent = { ...common, ts, ph: 'X', cat: 'v8', name: names.work, dur, args: {} };
    if (names.whole === undefined) return [work];
    const whole = { ...common, cat: 'devtools.timeline,v8', name: names.whole };
    const after = collection.heapUsedAfterBytes;
    const args = index > 0 || after === undefined ? {} : { usedHeapSizeAfter: after };
    return [{ ...whole, ts, ph: 'B', args: {} }, work, { ...whole, ts: ts + dur, ph: 'E', args }];
  });
}
