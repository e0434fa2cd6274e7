/** What the kernel has counted of the main thread's time, readable from another thread while that one is blocked. */
import { closeSync, openSync, readSync } from '../primordials.ts';

/** Milliseconds since the thread began. */
export interface ThreadTime {
  readonly ranMs: number;
  /** It could have run and had no CPU: others had it, or the container's share was used up. */
  readonly waitedMs: number;
}

export interface ThreadTimeReader {
  /** Null where the kernel does not tell: elsewhere than on Linux, or where reading /proc is forbidden. */
  read(): ThreadTime | null;
  close(): void;
}

// `1234567 89012 345`: nanoseconds on a CPU, nanoseconds waiting for one, time slices. In /proc/self it is the main thread's.
const ACCOUNT = '/proc/self/schedstat';

/** Opens the main thread's account; a read costs about 5 microseconds. */
export function openMainThreadTime(): ThreadTimeReader {
  const buffer = Buffer.alloc(128);
  let descriptor = openedAccount();
  return {
    read() {
      if (descriptor === null) return null;
      try {
        const [ranNanos, waitedNanos] = buffer
          .toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0))
          .split(' ')
          .map(Number);
        return ranNanos > 0 ? { ranMs: ranNanos / 1e6, waitedMs: waitedNanos / 1e6 } : null;
      } catch {
        return null;
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

function openedAccount(): number | null {
  try {
    return openSync(ACCOUNT, 'r');
  } catch {
    return null;
  }
}
