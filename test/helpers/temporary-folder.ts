import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** An empty folder that is removed when the test has finished. Its path holds a blank, as a user's may. */
export function temporaryFolder(): string {
  const folder = make();
  onTestFinished(() => remove(folder));
  return folder;
}

/** The same for all the tests of a file: called in its body, it is removed after the last one. */
export function sharedTemporaryFolder(): string {
  const folder = make();
  afterAll(() => remove(folder));
  return folder;
}

function make(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'leakwatch test-')));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
