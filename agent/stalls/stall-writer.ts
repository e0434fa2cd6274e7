/** Appends stalls to the recording from the watchdog's thread, which is not blocked with the main one. */
import { parentPort } from 'node:worker_threads';

import { O_APPEND, O_WRONLY, closeSync, openSync, writeSync } from '../primordials.ts';
import { encodeEntry } from '../recording-codec.ts';
import type { Stall } from '../recording.ts';
import { createStallLedger } from './ledger.ts';

const FLUSH_EVERY_MS = 5 * 60_000;

export interface StallWriter {
  /** Tells of a stall that ended, alone or summed up with others later. @returns whether it was told alone */
  record(stall: Stall): boolean;
  /** Tells better of a stall that was told of alone. The application is not told again. */
  correct(stall: Stall): void;
  /** Tells of it now. */
  write(stall: Stall): void;
  /** Writes the sums every few minutes. */
  flushWhenDue(nowMs: number): void;
  flush(): void;
}

export function createStallWriter(recordingFile: string): StallWriter {
  const ledger = createStallLedger();
  let nextFlushMs = FLUSH_EVERY_MS;

  const append = (stall: Stall) => {
    try {
      appendTo(recordingFile, encodeEntry(stall, []));
    } catch {
      // The main thread tells of a disk that fails, once.
    }
  };
  const write = (stall: Stall) => {
    parentPort?.postMessage(stall, []);
    append(stall);
  };
  const flush = () => ledger.flush().forEach(write);
  return {
    write,
    flush,
    record(stall) {
      const entry = ledger.add(stall);
      if (entry !== null) write(entry);
      return entry !== null;
    },
    correct: append,
    flushWhenDue(nowMs) {
      if (nowMs < nextFlushMs) return;
      nextFlushMs = nowMs + FLUSH_EVERY_MS;
      flush();
    },
  };
}

/** Opened each time: a descriptor that the application closes by mistake would be another file's afterwards. */
function appendTo(file: string, text: string): void {
  // Without O_CREAT: a recording that somebody deleted does not come back.
  const descriptor = openSync(file, O_WRONLY | O_APPEND);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
