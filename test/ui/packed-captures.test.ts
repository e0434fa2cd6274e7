import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { listCaptures } from '../../ui/captures.ts';
import { RunWatcher } from '../../ui/run-watcher.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('snapshots that were packed are captures of their process like others', async () => {
  const folder = temporaryFolder();
  for (const name of ['7-0-1.heapsnapshot.gz', '7-0-2.heapsnapshot.zst', '7-0-3.heapsnapshot.gz.packing'])
    writeFileSync(join(folder, name), 'packed');
  const captures = await listCaptures(new RunWatcher({ folder, snapshots: [], report: null }, false));
  expect(captures.map(({ file, kind, process }) => ({ file, kind, process }))).toEqual([
    { file: '7-0-1.heapsnapshot.gz', kind: 'snapshot', process: '7-0' },
    { file: '7-0-2.heapsnapshot.zst', kind: 'snapshot', process: '7-0' },
  ]);
});
