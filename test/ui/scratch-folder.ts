import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const shared = sharedTemporaryFolder(); // of the test file that imports this

/** A fresh, empty folder, also for what is made before the tests; removed after the last one of the file. */
export function scratchFolder(): string {
  return mkdtempSync(join(shared, 'part-'));
}
