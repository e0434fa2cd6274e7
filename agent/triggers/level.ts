import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

import { createLevelWatch } from '../level-watch.ts';
import { oldGenerationBytes } from '../probes/gc.ts';
import type { SnapshotReason } from '../recording.ts';
import type { Trigger, TriggerHost } from '../trigger.ts';

const rssBytes = process.memoryUsage.rss.bind(process.memoryUsage);

// Above it V8 collects more and more for less and less; V8's own callback comes later, when a snapshot takes gigabytes.
const NEAR_LIMIT_SHARE = 0.8;

const MEBIBYTE = 1024 * 1024;

// What V8 adds to --max-old-space-size for the young generation, measured on each Node; nothing in Node tells it.
const YOUNG_BYTES_BY_MAJOR: ReadonlyMap<number, number> = new Map([
  [20, 48 * MEBIBYTE],
  [22, 48 * MEBIBYTE],
  [24, 192 * MEBIBYTE],
]);
const YOUNG_BYTES = 96 * MEBIBYTE;

/** Asks for three snapshots from a size of the heap in use on. */
export const heapLevelTrigger = levelTrigger('heap-level', {
  levelBytes: ({ options }) => options.snapshotAtHeapBytes,
  bytes: heapUsedBytes,
});

/** Asks for three snapshots when the heap comes near its limit. */
export const nearLimitTrigger = levelTrigger('near-limit', {
  levelBytes: ({ options }) => (options.snapshotNearHeapLimit ? NEAR_LIMIT_SHARE * oldLimitBytes() : null),
  bytes: oldGenerationBytes,
});

/** Asks for three snapshots from a size of the resident memory on, which is the process's and so the main thread's. */
export const rssLevelTrigger = levelTrigger('rss-level', {
  levelBytes: ({ options }) => (isMainThread ? options.snapshotAtRssBytes : null),
  bytes: rssBytes,
});

interface Level {
  /** Null when the options don't ask for it. */
  levelBytes(host: TriggerHost): number | null;
  bytes(): number;
}

function levelTrigger(reason: SnapshotReason, level: Level): Trigger {
  return {
    name: reason,
    start(host) {
      const levelBytes = level.levelBytes(host);
      if (levelBytes === null) return null;
      const watch = createLevelWatch(levelBytes);
      return {
        tick() {
          if (watch.add(level.bytes())) host.ask({ reason, isAskedFor: false });
        },
        stop() {},
      };
    },
  };
}

/** What the old generation may grow to, whose end is the process's. */
function oldLimitBytes(): number {
  const major = Number(process.versions.node.split('.')[0]);
  return getHeapStatistics().heap_size_limit - (YOUNG_BYTES_BY_MAJOR.get(major) ?? YOUNG_BYTES);
}

function heapUsedBytes(): number {
  return getHeapStatistics().used_heap_size;
}
