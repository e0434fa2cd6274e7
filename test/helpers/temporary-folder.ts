import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Has something done at the end of a test. One that runs beside others gives its own, of its context. */
export type WhenFinished = (clean: () => void) => void;

const shared: string[] = [];
afterAll(() => shared.forEach(remove));

/** An empty folder that is removed when the test has finished. Its path holds a blank, as a user's may. */
export function temporaryFolder(whenFinished: WhenFinished = onTestFinished): string {
  const folder = make();
  whenFinished(() => remove(folder));
  return folder;
}

/** The same for all the tests of a file: it is removed after the last one, wherever it was asked for. */
export function sharedTemporaryFolder(): string {
  const folder = make();
  shared.push(folder);
  return folder;
}

function make(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'leakwatch test-')));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
