/** Snapshots without a standstill: a forked copy of the process writes them, tried again when the moment was a bad one. */
import { monotonicMs } from './primordials.ts';
import { loadAddon, type Addon, type LoadedAddon } from './snapshot-addon.ts';
import { endCopy, pause, startCopy, watchCopy, type CopyEnd, type CopyLimits } from './snapshot-copy.ts';

export interface ForkedSnapshot {
  readonly isWritten: true;
  /** How long this thread stood still, all attempts together. */
  readonly pauseMs: number;
  /** From being asked until the copy that succeeded was made: the file shows that moment. */
  readonly delayMs: number;
  readonly tookMs: number;
  readonly attempts: number;
  readonly copyPeakBytes: number;
  /** At most what this process had to take because it changed memory that it shared with the copy. */
  readonly copiedBytes: number;
}

export interface NotForked {
  readonly isWritten: false;
  readonly detail: string;
  readonly attempts: number;
  readonly pauseMs: number;
  /** Whether an ordinary snapshot may come to a better end. */
  readonly isForkToBlame: boolean;
}

export interface ForkOrder {
  readonly path: string;
  readonly heapBytes: number;
  /** What the copy may take. */
  readonly memoryBytes: number;
  /** Whether the process is to live until the snapshot is there. */
  readonly keepsAlive: boolean;
}

export interface Forker {
  /** Why this process cannot be copied; null as long as nothing speaks against it. */
  readonly obstacle: () => string | null;
  /** Never rejects. */
  write(order: ForkOrder): Promise<ForkedSnapshot | NotForked>;
  /** Ends a copy that is at work. */
  stop(): void;
}

// With nine in ten succeeding under the heaviest load that was tried, the fifth fails once in a hundred thousand times.
const ATTEMPTS = 5;

// What was in the way of one copy takes a moment to pass.
const REST_MS = 50;

// A thread of V8 that works may hold locks, and what it works on is never finished in the copy. Its jobs take
// milliseconds; threads of the application may work all the time, and one cannot wait for them.
const QUIET_POLL_MS = 5;
const LONGEST_UNREST_MS = 500;

// Five times what was measured on a machine with nothing else to do.
const CPU_SECONDS_PER_HEAP_BYTE = 0.4 / (1024 * 1024);
const CPU_SECONDS_ALWAYS = 60;
const WALL_PER_CPU_SECOND = 10;

/** Does what stops this thread. */
type Unwatched = <Result>(work: () => Result) => Result;

/**
 * @param unwatched keeps the agent from measuring its own standstill
 * @param load finds the addon, when it is first needed
 */
export function createForker(
  unwatched: Unwatched = (work) => work(),
  load: () => LoadedAddon = loadAddon,
): Forker {
  let loaded: LoadedAddon | null = null;
  let pidAtWork: number | null = null;
  let isStopped = false;

  const attempt = async (addon: Addon, order: ForkOrder): Promise<Attempt> => {
    await quietMoment(addon, order.keepsAlive);
    if (isStopped) return { pauseMs: 0, startedMs: 0, end: STOPPED };
    const limits = limitsFor(order);
    const copy = unwatched(() => startCopy(addon, order.path, limits));
    const { pauseMs } = copy;
    if (copy.pid === null) return { pauseMs, startedMs: 0, end: unforkable(copy) };
    pidAtWork = copy.pid;
    const { keepsAlive } = order;
    const end = await watchCopy(addon, copy.pid, { wallSeconds: limits.wallSeconds, keepsAlive });
    pidAtWork = null;
    return { pauseMs, startedMs: copy.startedMs, end: isStopped && !end.isWritten ? STOPPED : end };
  };

  const write = async (order: ForkOrder): Promise<ForkedSnapshot | NotForked> => {
    const { addon, missing } = (loaded ??= load());
    if (addon === null)
      return { isWritten: false, detail: missing, attempts: 0, pauseMs: 0, isForkToBlame: true };
    const askedMs = monotonicMs();
    const faultsBefore = process.resourceUsage().minorPageFault;
    let pauseMs = 0;
    for (let attempts = 1; ; attempts++) {
      const { startedMs, end, ...made } = await attempt(addon, order);
      pauseMs += made.pauseMs;
      if (end.isWritten) {
        const faults = process.resourceUsage().minorPageFault - faultsBefore;
        return {
          isWritten: true,
          pauseMs,
          delayMs: startedMs - askedMs,
          tookMs: monotonicMs() - askedMs,
          attempts,
          copyPeakBytes: end.peakBytes,
          copiedBytes: Math.min(faults * addon.pageBytes, process.memoryUsage.rss()),
        };
      }
      if (end.isWorthAnother && attempts < ATTEMPTS) {
        await pause(attempts * REST_MS, order.keepsAlive);
        continue;
      }
      return {
        isWritten: false,
        detail: end.detail,
        attempts,
        pauseMs,
        isForkToBlame: !end.isOwnFault,
      };
    }
  };

  // One copy at a time: two would take twice the memory, and the second would have all of the first one's bad moment.
  let lastWritten: Promise<unknown> = Promise.resolve();

  return {
    obstacle: () => (loaded ??= load()).missing,
    write(order) {
      const written = lastWritten.then(() => write(order));
      lastWritten = written.catch(() => undefined);
      return written;
    },
    stop() {
      isStopped = true;
      if (pidAtWork !== null) endCopy(pidAtWork);
    },
  };
}

interface Attempt {
  readonly pauseMs: number;
  readonly startedMs: number;
  readonly end: CopyEnd;
}

const STOPPED: CopyEnd = {
  isWritten: false,
  detail: 'the agent was stopped meanwhile',
  isWorthAnother: false,
  isOwnFault: true,
};

function unforkable(copy: { readonly detail: string; readonly isPassing: boolean }): CopyEnd {
  return { isWritten: false, detail: copy.detail, isWorthAnother: copy.isPassing, isOwnFault: false };
}

async function quietMoment(addon: Addon, keepsAlive: boolean): Promise<void> {
  const deadlineMs = monotonicMs() + LONGEST_UNREST_MS;
  while (addon.busyThreads() > 0 && monotonicMs() < deadlineMs) await pause(QUIET_POLL_MS, keepsAlive);
}

function limitsFor({ heapBytes, memoryBytes }: ForkOrder): CopyLimits {
  const cpuSeconds = Math.ceil(CPU_SECONDS_ALWAYS + heapBytes * CPU_SECONDS_PER_HEAP_BYTE);
  return { memoryBytes, cpuSeconds, wallSeconds: cpuSeconds * WALL_PER_CPU_SECOND };
}
