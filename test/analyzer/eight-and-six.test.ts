import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const PROGRAM = join(__dirname, '..', '..', 'fixtures', 'leaks', 'eight-and-six.js');

/** Kind and line of the declaration, or of the function for what hangs on a function. */
const LEAKS = [
  ['buffer', 'uploads', 24],
  ['cache', 'byName', 23],
  ['cache', 'products', 16],
  ['cache', 'scores', 22],
  ['global', 'callbacks', 20],
  ['listener', "bus 'change' listeners (onChange)", 28],
  ['promise', 'neverSettles', 36],
  ['timer', 'setInterval poll', 31],
];

describe.each(NODE_MAJORS)('on Node %i', (major) => {
  test('all eight leaks are found in three snapshots, and none of the six that are none', async () => {
    const folder = temporaryFolder();
    const { status } = spawnSync(nodeBinary(major), [PROGRAM, folder]);
    expect(status).toBe(0);
    const report = await analyzeSnapshots(readdirSync(folder).map((file) => join(folder, file)));
    const found = report.findings.map(({ kind, culprit }) => [kind, culprit.name, culprit.location?.line]);
    expect(found.toSorted()).toEqual(LEAKS);
  });
});
