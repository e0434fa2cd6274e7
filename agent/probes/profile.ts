import type * as inspector from 'node:inspector';
import { dirname, join } from 'node:path';

import { complain, reasonOf } from '../complain.ts';
import {
  closeSync,
  existsSync,
  monotonicMs,
  openSync,
  parseJson,
  readFileSync,
  renameSync,
  stringify,
  unlinkSync,
  writeSync,
} from '../primordials.ts';
import type { Probe, ProbeHost } from '../probe.ts';
import { PROFILE_REQUEST_SUFFIX, PROFILE_SUFFIXES } from '../recording.ts';
import type { ProfileKind, ProfileRequest, ProfileTaken } from '../recording.ts';
import { FILE_PREFIX } from '../run-folder.ts';

// Whoever asked may be gone: a profile must not grow for ever.
const MAX_MS: Readonly<Record<ProfileKind, number>> = { cpu: 120_000, heap: 3_600_000 };

const CPU_INTERVAL_MICROS = 1000;
const HEAP_INTERVAL_BYTES = 32_768;

const PRIVATE_FILE = 0o600;

/** Takes CPU and sampled heap profiles when another program asks by a file in the run folder, which is this user's alone. */
export const profileProbe: Probe = {
  name: 'profile',
  start(host) {
    const requestFile = join(dirname(host.recordingFile), `${FILE_PREFIX}${PROFILE_REQUEST_SUFFIX}`);
    let session: inspector.Session | null = null;
    let running: Running | null = null;
    let sequence = 0;

    // Stays connected: a session that closes makes V8 forget the ids of heap objects, by which snapshots are compared.
    const connected = () => {
      if (session === null) {
        // Loaded only here: few processes are asked, and not every Node has an inspector.
        const { Session: InspectorSession } = require('node:inspector') as typeof inspector;
        session = new InspectorSession();
        session.connect();
      }
      return session;
    };
    const begin = ({ kind, requestId }: ProfileRequest) => {
      const about = { type: 'profile', kind, requestId } as const;
      const entry = (rest: Pick<ProfileTaken, 'status' | 'detail'>): ProfileTaken => ({
        ...about,
        atMs: host.atMs(monotonicMs()),
        ...rest,
      });
      if (running !== null)
        return host.record(entry({ status: 'refused', detail: 'another profile is being taken' }));
      if (kind === 'heap' && host.options.heapProfile) {
        const detail = 'the heap is sampled already (LEAKWATCH_HEAP_PROFILE)';
        return host.record(entry({ status: 'refused', detail }));
      }
      try {
        COMMANDS[kind].start(connected());
        running = { kind, requestId, sinceMs: monotonicMs() };
        host.record(entry({ status: 'started' }));
      } catch (error) {
        host.record(entry({ status: 'failed', detail: reasonOf(error) }));
      }
    };
    const end = () => {
      if (running === null) return;
      const taken = running;
      running = null;
      host.record(finish(host, connected(), taken, ++sequence));
    };

    return {
      sample() {
        if (running !== null && monotonicMs() - running.sinceMs > MAX_MS[running.kind]) end();
        const request = existsSync(requestFile) ? takeRequest(requestFile) : null;
        if (request?.action === 'start') begin(request);
        if (request?.action === 'stop') end();
        return {};
      },
      stop() {
        end();
        session?.disconnect();
      },
    };
  },
};

interface Running {
  readonly kind: ProfileKind;
  readonly requestId: string;
  readonly sinceMs: number;
}

function finish(
  host: ProbeHost,
  session: inspector.Session,
  running: Running,
  sequence: number,
): ProfileTaken {
  const { kind, requestId, sinceMs } = running;
  const about = { type: 'profile', kind, requestId, durationMs: monotonicMs() - sinceMs } as const;
  try {
    const text = stringify(COMMANDS[kind].stop(session));
    const file = `${FILE_PREFIX}-${sequence}${PROFILE_SUFFIXES[kind]}`;
    const fileBytes = writeWhole(join(dirname(host.recordingFile), file), text);
    return { ...about, atMs: host.atMs(monotonicMs()), status: 'written', file, fileBytes };
  } catch (error) {
    return { ...about, atMs: host.atMs(monotonicMs()), status: 'failed', detail: reasonOf(error) };
  }
}

/** The inspector's commands; within one thread they are answered before `post` returns. */
const COMMANDS: Readonly<
  Record<ProfileKind, { start(session: inspector.Session): void; stop(session: inspector.Session): unknown }>
> = {
  cpu: {
    start(session) {
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_MICROS });
      session.post('Profiler.start');
    },
    stop: (session) => profileOf((answer) => session.post('Profiler.stop', answer)),
  },
  heap: {
    start: (session) => session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL_BYTES }),
    stop: (session) => profileOf((answer) => session.post('HeapProfiler.stopSampling', answer)),
  },
};

function profileOf(
  ask: (answer: (error: Error | null, result?: { readonly profile: unknown }) => void) => void,
): unknown {
  let failure: Error | null = null;
  let profile: unknown = null;
  ask((error, result) => {
    failure = error;
    profile = result?.profile ?? null;
  });
  if (profile === null) throw failure ?? new Error('V8 gave no profile');
  return profile;
}

/** Under its final name only when it is complete. @returns its bytes */
function writeWhole(path: string, text: string): number {
  const draft = `${path}.draft`;
  const descriptor = openSync(draft, 'w', PRIVATE_FILE);
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
  return bytes.length;
}

/** Reads and removes the request; null when it is none, which is told once because the file is gone then. */
function takeRequest(path: string): ProfileRequest | null {
  try {
    const text = readFileSync(path, 'utf8');
    unlinkSync(path);
    const { requestId, action, kind } = parseJson(text) as Partial<Record<keyof ProfileRequest, unknown>>;
    if (typeof requestId !== 'string') throw new Error('it has no requestId');
    return {
      requestId,
      action: action === 'stop' ? 'stop' : 'start',
      kind: kind === 'heap' ? 'heap' : 'cpu',
    };
  } catch (error) {
    complain(`a profile request is ignored: ${reasonOf(error)}`);
    return null;
  }
}
