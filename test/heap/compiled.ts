import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The compiled engine: a second thread needs files that Node runs as they are. */
const ENGINE = join(__dirname, '../../dist/analyzer/heap/index.js');

/** Runs a script that finds the engine in `heap`, in a process of its own. @returns what it printed */
export function runWithEngine(script: string, input = ''): string {
  const program = `const heap = require(${JSON.stringify(ENGINE)}); (async () => { ${script} })()`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    input,
    encoding: 'utf8',
    timeout: 200_000,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
