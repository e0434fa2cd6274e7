import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';

import { monotonicMs, readdirSync, readlinkSync, statSync } from '../primordials.ts';
import type { Probe } from '../probe.ts';
import type { HeldFiles } from '../recording.ts';

const DESCRIPTORS = '/proc/self/fd';

// What any server has open; from here on it is told what it is, and again each time there are twice as many.
const FIRST_TOLD = 64;
const TOLD_AGAIN_FACTOR = 2;

// Reading where a descriptor leads costs two microseconds.
const MAX_LOOKED_AT = 2000;
const MAX_TOLD = 5;

/** How many descriptors the process has open, as far as the kernel counts them: Linux does since 6.2, and for 10 microseconds. */
export const openFilesProbe: Probe = {
  name: 'open-files',
  start({ record, atMs }) {
    if (!isMainThread || openFiles() === 0) return null;
    let toldNext = FIRST_TOLD;
    return {
      sample() {
        const count = openFiles();
        if (count >= toldNext) {
          toldNext = count * TOLD_AGAIN_FACTOR;
          record({ type: 'open-files', atMs: atMs(monotonicMs()), count, held: heldFiles() });
        }
        return { openFiles: count };
      },
      stop() {},
    };
  },
};

/** 0 where the kernel does not count, or the process may not ask. */
function openFiles(): number {
  try {
    return statSync(DESCRIPTORS).size;
  } catch {
    return 0;
  }
}

/** What is open most, by folder or kind. */
function heldFiles(): readonly HeldFiles[] {
  const countByKind = new Map<string, number>();
  for (const descriptor of readdirSync(DESCRIPTORS).slice(-MAX_LOOKED_AT)) {
    const what = kindOf(descriptor);
    if (what !== null) countByKind.set(what, (countByKind.get(what) ?? 0) + 1);
  }
  return [...countByKind]
    .map(([what, count]) => ({ what, count }))
    .toSorted((one, other) => other.count - one.count)
    .slice(0, MAX_TOLD);
}

/** `/var/spool` of a file, `socket` of `socket:[4711]`; null of one that was closed meanwhile. */
function kindOf(descriptor: string): string | null {
  try {
    const target = readlinkSync(`${DESCRIPTORS}/${descriptor}`);
    return target.startsWith('/') ? dirname(target) : target.replace(/:.*/s, '');
  } catch {
    return null;
  }
}
