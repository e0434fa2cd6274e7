import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { scratchFolder } from './scratch-folder.ts';

const PAGE = resolve(__dirname, '../../ui/page');

/** Builds the page as it stands in the source, into a folder of its own. @returns the folder, which is removed after the last test of the file */
export async function buildPage(): Promise<string> {
  const folder = scratchFolder();
  const entryPoints = [join(PAGE, 'main.ts'), join(PAGE, 'style.css')];
  await build({
    entryPoints,
    bundle: true,
    minify: true,
    target: 'es2022',
    outdir: folder,
    logLevel: 'error',
  });
  for (const process of ['heap/heap-process.ts', 'analysis/analysis-process.ts']) {
    const entry = resolve(PAGE, '..', process);
    await build({ entryPoints: [entry], bundle: true, platform: 'node', outdir: folder, logLevel: 'error' });
  }
  copyFileSync(join(PAGE, 'index.html'), join(folder, 'index.html'));
  return folder;
}
