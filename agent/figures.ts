/** What the handlers answer with: the latest sample, and sums since the start that no sample holds. */
import type { CollectionKind, RecordingEntry, Sample, SnapshotTaken, StallCategory } from './recording.ts';

export interface Figures {
  /** Null before the first one. */
  readonly latest: Sample | null;
  /** Bytes of heap in use after the latest major collection; null before the first one. */
  readonly floorBytes: number | null;
  readonly cpuUserMs: number;
  readonly cpuSystemMs: number;
  readonly collections: ReadonlyMap<CollectionKind, Sum>;
  readonly stalls: ReadonlyMap<StallCategory, Sum>;
  readonly snapshots: ReadonlyMap<SnapshotTaken['status'], Sum>;
}

/** How many there were, and how long they took together. */
export interface Sum {
  readonly count: number;
  readonly totalMs: number;
}

export interface FiguresKeeper {
  readonly figures: Figures;
  /** Takes in what is recorded. */
  add(entry: RecordingEntry): void;
}

export function keepFigures(): FiguresKeeper {
  const collections = new Map<CollectionKind, Sum>();
  const stalls = new Map<StallCategory, Sum>();
  const snapshots = new Map<SnapshotTaken['status'], Sum>();
  const figures = {
    latest: null as Sample | null,
    floorBytes: null as number | null,
    cpuUserMs: 0,
    cpuSystemMs: 0,
    collections,
    stalls,
    snapshots,
  };
  return {
    figures,
    add(entry) {
      if (entry.type === 'sample') {
        figures.latest = entry;
        figures.cpuUserMs += entry.cpuUserMs;
        figures.cpuSystemMs += entry.cpuSystemMs;
      } else if (entry.type === 'gc') {
        figures.floorBytes = entry.heapUsedAfterBytes ?? figures.floorBytes;
        increase(collections, entry.kind, entry.count ?? 1, entry.totalPauseMs ?? entry.pauseMs);
      } else if (entry.type === 'stall' && !entry.isOngoing) {
        increase(stalls, entry.category, entry.count ?? 1, entry.totalDurationMs ?? entry.durationMs);
      } else if (entry.type === 'snapshot') {
        increase(snapshots, entry.status, 1, entry.pauseMs ?? 0);
      }
    },
  };
}

function increase<Key>(sums: Map<Key, Sum>, key: Key, count: number, totalMs: number): void {
  const sum = sums.get(key) ?? { count: 0, totalMs: 0 };
  sums.set(key, { count: sum.count + count, totalMs: sum.totalMs + totalMs });
}
