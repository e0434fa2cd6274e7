/** memlab's own verdict on the same files: `memlab find-leaks` with its default rules. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MEMLAB = join(import.meta.dirname, '..', 'node_modules', '@memlab', 'cli', 'bin', 'memlab.js');
const TIME_LIMIT_MS = 180_000;

/** Whether it is installed: `npm run bench:install` does it. */
export const isInstalled = () => existsSync(MEMLAB);

/**
 * Asks memlab about the first, a middle and the last snapshot.
 * @returns { leaks, isNamed }: how many it found, and whether one of its traces has the culprit; leaks is null when it failed or
 *   did not come to an end
 */
export function askMemlab(files, { expected, isLeaky }, folder) {
  const [baseline, target, final] = [files[0], files[Math.floor(files.length / 2)], files.at(-1)];
  const { status, stdout, stderr } = spawnSync(
    process.execPath, // not by its first line, which Linux takes for the name of one program
    ['--expose-gc', MEMLAB, 'find-leaks', '--work-dir', folder].concat([
      '--baseline',
      baseline,
      '--target',
      target,
      '--final',
      final,
    ]),
    { encoding: 'utf8', timeout: TIME_LIMIT_MS, maxBuffer: 256 * 1024 * 1024 },
  );
  rmSync(folder, { recursive: true, force: true });
  const said = `${stdout}\n${stderr}`; // the objects go to one of them, the verdict and its traces to the other
  const found = /MemLab found (\d+) leak/.exec(said)?.[1];
  if (status !== 0 || found === undefined) return { leaks: null, isNamed: false };
  const traces = said.slice(said.indexOf('Clustering leak traces'));
  const isNamed = isLeaky && Number(found) > 0 && expected.match.anyOf.some((name) => traces.includes(name));
  return { leaks: Number(found), isNamed };
}
