import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const LEAKS = join(__dirname, '..', '..', 'fixtures', 'leaks');

/** Bundles a program, runs it, and gives the first finding. */
async function findingOf(program: string, map: 'beside' | 'inline' | 'none') {
  const folder = temporaryFolder();
  const outfile = join(folder, 'programs', `${program}.js`);
  const sourcemap = map === 'inline' ? 'inline' : 'linked';
  const entry = join(LEAKS, 'programs', `${program}.js`);
  buildSync({ entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', sourcemap });
  copyFileSync(join(LEAKS, 'run.js'), join(folder, 'run.js'));
  const snapshots = join(folder, 'snapshots');
  expect(spawnSync(process.execPath, [join(folder, 'run.js'), program, 'leaky', snapshots]).status).toBe(0);
  if (map === 'none') rmSync(`${outfile}.map`);
  const report = await analyzeSnapshots(readdirSync(snapshots).map((file) => join(snapshots, file)));
  const [{ kind, culprit }] = report.findings;
  return { kind, name: culprit.name, file: culprit.location?.file, line: culprit.location?.line };
}

test.each(['beside', 'inline'] as const)(
  'a minified bundle with its map %s is told in the words of its source',
  async (map) => {
    expect(await findingOf('cache-map', map)).toEqual({
      kind: 'cache',
      name: 'answers',
      file: expect.stringMatching(/fixtures.leaks.programs.cache-map\.js$/),
      line: 4,
    });
  },
);

test('a minified bundle without its map is told in the words it has', async () => {
  expect(await findingOf('set-instance', 'none')).toMatchObject({
    kind: 'collection',
    name: 'connections',
    line: 1,
  });
});
