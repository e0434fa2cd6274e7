import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, '../node_modules/chrome-devtools-frontend/front_end');
const output = join(here, '../node_modules/.cache/devtools-engine.mjs');

/** DevTools' build generates this file; without it the sources don't load. */
const generatedLocales = {
  name: 'generated-locales',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/locales\.js$/ }, () => ({ path: 'locales', namespace: 'generated' }));
    onLoad({ filter: /.*/, namespace: 'generated' }, () => ({
      contents: `export const LOCALES = ['en-US']; export const BUNDLED_LOCALES = ['en-US'];
        export const DEFAULT_LOCALE = 'en-US'; export const REMOTE_FETCH_PATTERN = ''; export const LOCAL_FETCH_PATTERN = '';`,
    }));
  },
};

/** Bundles DevTools' heap snapshot engine for Node, once. @returns the bundle's path */
export async function devtoolsBundle() {
  if (existsSync(output)) return output;
  mkdirSync(dirname(output), { recursive: true });
  await build({
    stdin: {
      contents: `export { HeapSnapshotLoader } from './entrypoints/heap_snapshot_worker/HeapSnapshotLoader.ts';
        export { SecondaryInitManager } from './entrypoints/heap_snapshot_worker/HeapSnapshot.ts';`,
      resolveDir: sources,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: output,
    logLevel: 'error',
    plugins: [generatedLocales],
  });
  return output;
}
