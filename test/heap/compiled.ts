import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Compiles the program into a folder: a second thread needs files that Node runs as they are. @returns the heap engine's module */
export function compileHeapEngine(folder: string): string {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stdout);
  return join(folder, 'analyzer/heap/index.js');
}

/** Runs a script that finds the engine in `heap`, in a process of its own. @returns what it printed */
export function runWithEngine(module: string, script: string, input = ''): string {
  const program = `const heap = require(${JSON.stringify(module)}); (async () => { ${script} })()`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
