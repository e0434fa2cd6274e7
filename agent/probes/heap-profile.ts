import type * as inspector from 'node:inspector';
import { join } from 'node:path';

import type { Probe } from '../probe.ts';
import {
  closeSync,
  cpuUsage,
  monotonicMs,
  openSync,
  stringify,
  unlinkSync,
  writeSync,
} from '../primordials.ts';
import { PROFILE_SUFFIXES } from '../recording.ts';
import { FILE_PREFIX } from '../run-folder.ts';
import { superfluous, type KeptSnapshot } from '../snapshot-retention.ts';

// On average one allocation in so many bytes is noted with its stack, V8's own default: a leak of 10 MB shows 20 times. Each
// costs some 7 microseconds, and a small request of Express allocates a tenth of this.
const SAMPLING_BYTES = 512 * 1024;

const PRIVATE_FILE = 0o600;

const MICROSECONDS_PER_MS = 1000;

// V8 collects all garbage before it answers, so the profiles lie ever further apart.
const FIRST_SAMPLES = 2;
const LATER_FACTOR = 1.5;
const MOST_SAMPLES = 600;

// That collection also takes code apart that was compiled for objects of which there is none at the moment. To compile it again
// takes a loaded server of Express some 0.3 s of CPU: a hundredth of this time. Who uses little CPU has little such code.
const BUSY_SAMPLES = 30;
const BUSY_SHARE = 1 / 15;

// Enough for their differences to tell growth from warm-up.
const MAX_PROFILES = 8;

/** Samples which call sites allocate what stays alive, and writes it down ever more rarely, and at the end. */
export const heapProfileProbe: Probe = {
  name: 'heap-profile',
  start(host) {
    if (!host.options.heapProfile) return null;
    // Loaded only here: a Node without an inspector runs the agent without heap profiles.
    const { Session } = require('node:inspector') as typeof inspector;
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLING_BYTES });
    const kept: KeptSnapshot[] = [];
    let sequence = 0;
    let samplesSince = 0;
    let waitSamples = FIRST_SAMPLES;
    let spent = spentUntilNow();

    const write = () => {
      const startedMs = monotonicMs();
      const atMs = host.atMs(startedMs);
      const profile = host.unwatched(() => liveAllocations(session));
      const pauseMs = monotonicMs() - startedMs;
      const file = `${FILE_PREFIX}-live-${++sequence}${PROFILE_SUFFIXES.heap}`;
      const fileBytes = writePrivately(join(host.runFolder, file), stringify(profile));
      host.record({ type: 'heap-profile', atMs, file, fileBytes, pauseMs });
      kept.push({ file, atMs });
      const excess = superfluous(kept, MAX_PROFILES);
      if (excess === null) return;
      kept.splice(kept.indexOf(excess), 1);
      unlinkSync(join(host.runFolder, excess.file));
      host.record({ type: 'notice', atMs, code: 'profile-removed', message: excess.file });
    };
    return {
      sample() {
        if (++samplesSince < waitSamples) return {};
        if (samplesSince < BUSY_SAMPLES && isBusySince(spent)) return {};
        write();
        waitSamples = Math.min(MOST_SAMPLES, waitSamples * LATER_FACTOR);
        samplesSince = 0;
        spent = spentUntilNow();
        return {};
      },
      stop() {
        write();
        session.post('HeapProfiler.stopSampling');
        // The session would be closed with the process; it renumbers the heap's objects, which nobody compares any more.
        session.disconnect();
      },
    };
  },
};

/** Time and CPU of the whole process. */
interface Spent {
  readonly atMs: number;
  readonly cpuMs: number;
}

function spentUntilNow(): Spent {
  const { user, system } = cpuUsage();
  return { atMs: monotonicMs(), cpuMs: (user + system) / MICROSECONDS_PER_MS };
}

function isBusySince(then: Spent): boolean {
  const now = spentUntilNow();
  return now.cpuMs - then.cpuMs > (now.atMs - then.atMs) * BUSY_SHARE;
}

function liveAllocations(session: inspector.Session): inspector.HeapProfiler.SamplingHeapProfile {
  let profile: inspector.HeapProfiler.SamplingHeapProfile | null = null;
  // The answer comes before `post` returns: the session is this thread's own.
  session.post('HeapProfiler.getSamplingProfile', (error, answer) => {
    if (error !== null) throw error;
    ({ profile } = answer);
  });
  if (profile === null) throw new Error('V8 gave no profile');
  return profile;
}

/** Bytes written. */
function writePrivately(path: string, text: string): number {
  const descriptor = openSync(path, 'w', PRIVATE_FILE);
  try {
    return writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
