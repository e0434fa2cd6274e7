/** One forked copy: makes it write a snapshot, and watches it until it has ended. */
import { getSystemErrorName } from 'node:util';
import v8 from 'node:v8';

import { monotonicMs, readFileSync, setTimeout } from './primordials.ts';
import type { Addon, EndedCopy } from './snapshot-addon.ts';

// Taken before the application can replace it: nothing of the application is to run in the copy.
const { writeHeapSnapshot } = v8;

export interface CopyLimits {
  /** What the copy may take beyond what it shares. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** A copy at work, or why there is none. */
export type StartedCopy =
  | { readonly pid: number; readonly pauseMs: number; readonly startedMs: number }
  | {
      readonly pid: null;
      readonly pauseMs: number;
      readonly detail: string;
      /** Whether the kernel may have another answer later. */
      readonly isPassing: boolean;
    };

/** How a copy's work ended. `isWorthAnother`: it died of the moment at which it was made. */
export type CopyEnd =
  | { readonly isWritten: true; readonly peakBytes: number }
  | {
      readonly isWritten: false;
      readonly detail: string;
      readonly isWorthAnother: boolean;
      /** The ordinary way would come to the same end, or to a worse one. */
      readonly isOwnFault: boolean;
    };

/** As native/copy.h has them; below are the errno that the copy met with. */
const EXIT = { waited: 240, faulted: 241, orphaned: 242, unprepared: 243, unknown: 244 } as const;
const MOST_ERRNO = 133;

const SIGNAL = { kill: 9, alarm: 14, cpu: 24 } as const;

// Too many processes, and too little memory, at this moment.
const PASSING: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM']);

/**
 * Makes a copy of this process that writes its heap into the file and ends. In the copy this function does not return:
 * nothing of the application runs there.
 */
export function startCopy(addon: Addon, path: string, limits: CopyLimits): StartedCopy {
  const startedMs = monotonicMs();
  const pid = addon.fork(limits.memoryBytes, limits.cpuSeconds, limits.wallSeconds);
  if (pid === 0) writeAndExit(addon, path);
  const pauseMs = monotonicMs() - startedMs;
  if (pid > 0) return { pid, pauseMs, startedMs };
  const code = getSystemErrorName(pid);
  return {
    pid: null,
    pauseMs,
    detail: `the process cannot be copied: ${code}`,
    isPassing: PASSING.has(code),
  };
}

function writeAndExit(addon: Addon, path: string): void {
  try {
    writeHeapSnapshot(path);
    addon.exit(0);
  } catch (error) {
    const errno = -Number((error as NodeJS.ErrnoException).errno);
    addon.exit(errno > 0 && errno <= MOST_ERRNO ? errno : EXIT.unknown);
  }
}

const POLL_MS = 50;

// A copy has nobody to wait for: asleep is what it only is when a lock was held that nobody gives back.
const POLLS_ASLEEP = 30;

// The copy ends itself when its time is up, unless somebody has stopped it.
const WALL_RESERVE_MS = 5000;

// What is killed and does not end waits for a device; a process that waits for it, too, would be no better off.
const LONGEST_DYING_MS = 30_000;

export interface CopyWatch {
  /** As the copy was told. */
  readonly wallSeconds: number;
  /** Whether this process shall wait, too. */
  readonly keepsAlive: boolean;
}

/** The time that passes between two looks; a test has its own. */
export interface Clock {
  readonly nowMs: () => number;
  pause(milliseconds: number, keepsAlive: boolean): Promise<void>;
}

/** Waits for the copy's end, and brings it about when it hangs or outlives its time. Settles in any case. */
export async function watchCopy(
  addon: Pick<Addon, 'reap'>,
  pid: number,
  watch: CopyWatch,
  clock: Clock = { nowMs: monotonicMs, pause },
): Promise<CopyEnd> {
  const deadlineMs = clock.nowMs() + watch.wallSeconds * 1000 + WALL_RESERVE_MS;
  const isHanging = createHangWatch(pid);
  let why: CopyEnd | null = null;
  let killedMs = Infinity;
  for (;;) {
    const ended = addon.reap(pid);
    // One that was killed for hanging may take its time to end, and is killed for no other reason then.
    if (ended !== null) return why === null || ended.exitCode === 0 ? judge(ended) : why;
    const nowMs = clock.nowMs();
    if (nowMs - killedMs > LONGEST_DYING_MS) return UNENDING;
    if (why === null && (isHanging() || nowMs > deadlineMs)) {
      why = nowMs > deadlineMs ? LATE : HUNG;
      killedMs = nowMs;
      endCopy(pid);
    }
    await clock.pause(POLL_MS, watch.keepsAlive);
  }
}

/** Answers, when asked again and again, whether the copy has been asleep all the while without using the CPU. */
function createHangWatch(pid: number): () => boolean {
  let asleepPolls = 0;
  let cpuTicks = '';
  return () => {
    const now = activityOf(pid);
    asleepPolls = now.isAsleep && now.cpuTicks === cpuTicks ? asleepPolls + 1 : 0;
    cpuTicks = now.cpuTicks;
    return asleepPolls >= POLLS_ASLEEP;
  };
}

/** Ends a copy that is no longer wanted. */
export function endCopy(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export function pause(milliseconds: number, keepsAlive: boolean): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, milliseconds);
    if (!keepsAlive) timer.unref();
  });
}

const HUNG: CopyEnd = {
  isWritten: false,
  detail: 'the copy waited for a lock that was held when it was made',
  isWorthAnother: true,
  isOwnFault: false,
};

const LATE = failed('the copy took longer than it may', { isOwnFault: true });

const UNENDING = failed('the copy was killed and does not end', { isOwnFault: true });

/** What /proc/<pid>/stat says behind the name, which may hold anything: state, and as 12th and 13th the times. */
function activityOf(pid: number): { readonly isAsleep: boolean; readonly cpuTicks: string } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { isAsleep: fields[0] === 'S', cpuTicks: `${fields[11]} ${fields[12]}` };
  } catch {
    return { isAsleep: false, cpuTicks: '' }; // It is just ending.
  }
}

function judge({ exitCode, signal, peakBytes }: EndedCopy): CopyEnd {
  if (exitCode === 0) return { isWritten: true, peakBytes };
  if (exitCode === EXIT.waited) return HUNG;
  if (exitCode === EXIT.faulted)
    return failed('the copy met memory that it does not have, or ran out of it', {
      isWorthAnother: true,
      isOwnFault: false,
    });
  if (signal === SIGNAL.kill)
    return failed('the copy was killed, as the kernel does when memory is short', { isOwnFault: true });
  if (signal === SIGNAL.alarm || signal === SIGNAL.cpu) return LATE;
  if (signal > 0) return failed(`the copy was ended by signal ${signal}`, { isOwnFault: false });
  if (exitCode === EXIT.unprepared) return failed('the copy could not be shut off', { isOwnFault: false });
  if (exitCode > 0 && exitCode <= MOST_ERRNO)
    return failed(`the copy could not write: ${getSystemErrorName(-exitCode)}`, { isOwnFault: true });
  return failed(`the copy ended with code ${exitCode}`, { isOwnFault: false });
}

function failed(
  detail: string,
  { isWorthAnother = false, isOwnFault }: { readonly isWorthAnother?: boolean; readonly isOwnFault: boolean },
): CopyEnd {
  return { isWritten: false, detail, isWorthAnother, isOwnFault };
}
