import { writeSync } from './primordials.ts';

const STDERR = 2;

/** Writes one line to stderr, past `console` and `process.stderr`, which belong to the application. Never throws. */
export function complain(message: string): void {
  try {
    writeSync(STDERR, `leakwatch: ${message}\n`);
  } catch {
    // A closed or full stderr: there is nobody left to tell.
  }
}

/** The part of a thrown value that a person can use: an errno message without its stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
