import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { GCProfiler, getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

import { takeLoadingAccount } from '../loading-account.ts';
import { monotonicMs } from '../primordials.ts';
import type { Probe } from '../probe.ts';
import type { Collection, CollectionKind } from '../recording.ts';

const KINDS: ReadonlyMap<number | undefined, CollectionKind> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [2, 'minor'], // V8's minor mark-sweep, which perf_hooks has no name for
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak-callbacks'],
]);

// Majors are recorded one by one while they are this rare: they give the heap's floor its moments.
const SINGLE_MAJORS_PER_SAMPLE = 4;

/** By V8's own names, as its GC profiler has them. */
const KIND_BY_NAME: ReadonlyMap<string, CollectionKind> = new Map([
  ['Scavenge', 'minor'],
  ['MinorMarkCompact', 'minor'],
  ['MinorMarkSweep', 'minor'],
  ['MarkSweepCompact', 'major'],
  ['IncrementalMarking', 'incremental'],
  ['ProcessWeakCallbacks', 'weak-callbacks'],
]);

// V8 keeps about 3 kB of each collection until it is asked.
const ASK_AFTER_COLLECTIONS = 100;

// V8's account of a collection costs 0.3 ms, the observer's tenfold less. A process that is older turns its loop between
// collections, and what it misses is what its very last turn collects.
const ACCOUNT_FOR_MS = 10_000;

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** Every garbage collection, and the heap's floor after the major ones. */
export const gcProbe: Probe = {
  name: 'gc',
  start(host) {
    let collections: Collection[] = kindsOf(takeLoadingAccount()).map((collection) => ({
      type: 'gc',
      atMs: 0,
      ...collection,
    }));
    const unseen = countUnseen();

    const take = (entries: readonly PerformanceEntry[]) => {
      // One list holds all collections since the last turn of the loop: reading only its first loses half of them.
      for (const entry of entries) {
        const kind = KINDS.get((entry as GcEntry).detail.kind);
        if (kind === undefined) continue;
        const collection = {
          type: 'gc',
          atMs: host.atMs(entry.startTime),
          kind,
          pauseMs: entry.duration,
        } as const;
        if (kind === 'major') {
          const heapUsedAfterBytes = oldGenerationBytes();
          collections.push({ ...collection, heapUsedAfterBytes });
          // Buffers lie outside the heap, and leak as well.
          host.onFloor(collection.atMs, heapUsedAfterBytes + getHeapStatistics().external_memory);
        } else {
          collections.push(collection);
        }
        unseen.saw(kind);
      }
    };
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ entryTypes: ['gc'] });

    const flush = () => {
      for (const collection of thinned(collections)) host.record(collection);
      collections = [];
    };
    return {
      sample() {
        if (host.atMs(monotonicMs()) > ACCOUNT_FOR_MS) unseen.release();
        flush();
        return {};
      },
      stop() {
        take(observer.takeRecords());
        observer.disconnect();
        for (const { kind, pauseMs } of unseen.end())
          collections.push({ type: 'gc', atMs: host.atMs(monotonicMs()), kind, pauseMs });
        flush();
      },
    };
  },
};

interface UnseenCollections {
  saw(kind: CollectionKind): void;
  /** Counts no longer: from now on there are none. */
  release(): void;
  /** Those that Node has not told of, and will not: the process ends. */
  end(): readonly Pick<Collection, 'kind' | 'pauseMs'>[];
}

/**
 * Counts collections beside the observer, which learns of them in the next turn of the loop and of those of the last turn
 * never. V8's own account is complete and has no times.
 */
function countUnseen(): UnseenCollections {
  let pending: Pick<Collection, 'kind' | 'pauseMs'>[] = [];
  let profiler: GCProfiler | null = startedProfiler();
  let seenSince = 0;
  let seen: CollectionKind[] = [];

  const ask = () => {
    pending.push(...kindsOf(profiler?.stop()));
    // What was told comes off from the beginning: collections are told of in their order.
    for (const kind of seen) {
      const index = pending.findIndex((collection) => collection.kind === kind);
      if (index >= 0) pending.splice(index, 1);
    }
    seen = [];
    seenSince = 0;
  };
  return {
    saw(kind) {
      if (profiler === null) return;
      seen.push(kind);
      if (++seenSince < ASK_AFTER_COLLECTIONS) return;
      ask();
      profiler = startedProfiler();
    },
    release() {
      profiler?.stop();
      profiler = null;
      pending = [];
    },
    end() {
      if (profiler === null) return [];
      ask();
      const left = pending;
      pending = [];
      return left;
    },
  };
}

/** The collections of V8's account that the recording knows. */
function kindsOf(
  account: ReturnType<GCProfiler['stop']> | undefined,
): Pick<Collection, 'kind' | 'pauseMs'>[] {
  return (account?.statistics ?? []).flatMap(({ gcType, cost }) => {
    const kind = KIND_BY_NAME.get(gcType);
    return kind === undefined ? [] : [{ kind, pauseMs: cost / 1000 }];
  });
}

function startedProfiler(): GCProfiler {
  const profiler = new GCProfiler();
  profiler.start();
  return profiler;
}

/**
 * Bytes in use outside the young generation. Node tells of a collection one turn of the loop later, when the young
 * generation is full of newer objects again, while the old one has hardly changed.
 */
export function oldGenerationBytes(): number {
  let bytes = 0;
  for (const space of getHeapSpaceStatistics()) {
    if (!space.space_name.startsWith('new_')) bytes += space.space_used_size;
  }
  return bytes;
}

/** One entry for each kind, except for majors while there are few. In order of time. */
function thinned(collections: readonly Collection[]): readonly Collection[] {
  const entries: Collection[] = [];
  for (const kind of new Set(KINDS.values())) {
    const some = collections.filter((collection) => collection.kind === kind);
    const isFew = some.length <= (kind === 'major' ? SINGLE_MAJORS_PER_SAMPLE : 1);
    entries.push(...(isFew ? some : [merged(some)]));
  }
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

function merged(collections: readonly Collection[]): Collection {
  const [first] = collections;
  if (collections.length === 1) return first;
  const pausesMs = collections.map((collection) => collection.pauseMs);
  const floors = collections.flatMap((collection) => collection.heapUsedAfterBytes ?? []);
  return {
    ...first,
    pauseMs: Math.max(...pausesMs),
    ...(floors.length > 0 && { heapUsedAfterBytes: Math.min(...floors) }),
    count: collections.length,
    totalPauseMs: pausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0),
  };
}
