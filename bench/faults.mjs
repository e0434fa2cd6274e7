/**
 * What befalls an application in production, at full scale, with the agent and without: whether the application does the same,
 * and what its recordings still tell. What needs root, mounts and control groups among it, says so where it may not.
 *
 *     node bench/faults.mjs [path of a node]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crowds } from './faults/crowds.mjs';
import { disks } from './faults/disks.mjs';
import { ends } from './faults/ends.mjs';
import { smallContainer } from './faults/small-container.mjs';

const node = process.argv[2] ?? process.execPath;
const home = mkdtempSync(join(tmpdir(), 'leakwatch-faults-'));
try {
  for (const group of [crowds, ends, disks, smallContainer]) {
    for await (const { what, isGood, facts } of group({ node, home })) {
      const word = isGood === null ? 'skip' : isGood ? 'ok' : 'FAIL';
      console.log(`${word.padEnd(5)} ${what.padEnd(58)} ${facts}`);
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
