import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, run } from './watched.mjs';

const HEAP_MB = 1024;
const LIMIT_MB = 2048;

/** A heap of 1 GB, and a snapshot of it wanted. */
const SOURCE = `
  const kept = Array.from({ length: ${HEAP_MB / 8} }, () => new Array(2 ** 20).fill(0));
  const { startAgent } = require(${JSON.stringify(join(DIST, 'agent', 'agent.js'))});
  setTimeout(() => { const { status, detail } = startAgent().takeSnapshot(); console.log(status + ': ' + detail, kept.length); }, 500);`;

/** Each version of control groups: the folder of the process's own one, and the file that holds the limit. */
function cgroup() {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const v1 = lines.map((line) => /^\d+:memory:(.+)$/.exec(line)?.[1]).find(Boolean);
  if (v1 !== undefined) return { parent: join('/sys/fs/cgroup/memory', v1), limit: 'memory.limit_in_bytes' };
  const v2 = lines.map((line) => /^0::(.+)$/.exec(line)?.[1]).find(Boolean) ?? '/';
  return { parent: join('/sys/fs/cgroup', v2), limit: 'memory.max' };
}

/** A snapshot in a control group that is too small for it is refused, and the process lives on. */
export async function* smallContainer(surroundings) {
  const what = `a snapshot of ${HEAP_MB} MB of heap in a group of ${LIMIT_MB} MB`;
  const { parent, limit } = cgroup();
  const folder = join(existsSync(parent) ? parent : join(parent, '..'), `leakwatch-${process.pid}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, limit), String(LIMIT_MB * 1024 * 1024));
  } catch (error) {
    yield { what, isGood: null, facts: `no control group can be made here (${error.code})` };
    return;
  }
  try {
    const { exitCode, signal, stdout, stderr } = await run(surroundings, SOURCE, {
      shell: `echo $$ > '${folder}/cgroup.procs' && exec "$@"`,
      options: ['--max-old-space-size=3000'],
      env: { LEAKWATCH_SNAPSHOT_ON_GROWTH: '0' },
    });
    yield {
      what,
      isGood: exitCode === 0 && signal === null && stderr === '' && stdout.startsWith('refused: '),
      facts: stdout.trim() || `${signal ?? exitCode} ${stderr}`,
    };
  } finally {
    rmdirSync(folder);
  }
}
