/** Appends stalls to the recording from the watchdog's thread, which is not blocked with the main one. */
import { constants } from 'node:fs';
import { parentPort } from 'node:worker_threads';

import { openSync, writeSync } from '../primordials.ts';
import { encodeEntry } from '../recording-codec.ts';
import type { Stall } from '../recording.ts';
import { createStallLedger } from './ledger.ts';

const FLUSH_EVERY_MS = 5 * 60_000;

export interface StallWriter {
  /** Tells of a stall that ended, alone or summed up with others later. */
  record(stall: Stall): void;
  /** Tells of it now. */
  write(stall: Stall): void;
  /** Writes the sums every few minutes. */
  flushWhenDue(nowMs: number): void;
  flush(): void;
}

export function createStallWriter(recordingFile: string): StallWriter {
  const ledger = createStallLedger();
  let recording: number | null = null;
  let nextFlushMs = FLUSH_EVERY_MS;

  const write = (stall: Stall) => {
    parentPort?.postMessage(stall, []);
    try {
      // Without O_CREAT: a recording that somebody deleted does not come back.
      recording ??= openSync(recordingFile, constants.O_WRONLY | constants.O_APPEND);
      writeSync(recording, encodeEntry(stall, []));
    } catch {
      // The main thread tells of a disk that fails, once.
    }
  };
  const flush = () => ledger.flush().forEach(write);
  return {
    write,
    flush,
    record(stall) {
      const entry = ledger.add(stall);
      if (entry !== null) write(entry);
    },
    flushWhenDue(nowMs) {
      if (nowMs < nextFlushMs) return;
      nextFlushMs = nowMs + FLUSH_EVERY_MS;
      flush();
    },
  };
}
