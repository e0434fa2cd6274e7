import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import type { Finding } from '../../analyzer/report.ts';
import { renamedClass, renamedSentence, renamedText } from '../../analyzer/source/renames.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';

const LEAKS = join(__dirname, '..', '..', 'fixtures', 'leaks');

const shared = sharedTemporaryFolder();

/** The first finding about a program that runs in this folder. */
async function findingIn(home: string, program: string, node: string = process.execPath) {
  const snapshots = mkdtempSync(join(shared, 'run-'));
  expect(spawnSync(node, [join(home, 'run.js'), program, 'leaky', snapshots]).status).toBe(0);
  const report = await analyzeSnapshots(readdirSync(snapshots).map((file) => join(snapshots, file)));
  return report.findings[0];
}

/** A folder with the program as a minifier makes it, with its map. */
function minified(program: string): string {
  const home = temporaryFolder();
  const entryPoints = [join(LEAKS, 'programs', `${program}.js`)];
  const outfile = join(home, 'programs', `${program}.js`);
  buildSync({ entryPoints, outfile, bundle: true, minify: true, platform: 'node', sourcemap: 'linked' });
  copyFileSync(join(LEAKS, 'run.js'), join(home, 'run.js'));
  return home;
}

const written = {} as Record<string, Finding>;

beforeAll(async () => {
  for (const program of ['listener-emitter', 'set-instance'])
    written[program] = await findingIn(LEAKS, program);
});

test.each(NODE_MAJORS)('a leak has the same fingerprint in another folder and on Node %i', async (major) => {
  const moved = temporaryFolder();
  cpSync(LEAKS, moved, { recursive: true });
  const { fingerprint } = await findingIn(moved, 'listener-emitter', nodeBinary(major));
  expect(fingerprint).toBe(written['listener-emitter'].fingerprint);
});

test.each([['listener-emitter'], ['set-instance']])(
  '%s has the same one, and the same names, when it was built and minified',
  async (program) => {
    const built = await findingIn(minified(program), program);
    expect(built.fingerprint).toBe(written[program].fingerprint);
    const { name, className, property, container } = written[program].culprit;
    expect(built.culprit).toMatchObject({ name, className, property, container });
    expect(built.growth.what).toBe(written[program].growth.what);
  },
);

test('different leaks of one program have different ones', async () => {
  const folder = temporaryFolder();
  expect(spawnSync(process.execPath, [join(LEAKS, 'eight-and-six.js'), folder]).status).toBe(0);
  const { findings } = await analyzeSnapshots(readdirSync(folder).map((file) => join(folder, file)));
  expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
});

describe('names that a minifier took', () => {
  const renames = {
    classes: new Map([['n', 'PriceBus']]),
    variables: new Map([
      ['e', 'bus'],
      ['t', 'onChange'],
    ]),
  };

  test.each([
    ["e 'e' listeners (t)", "bus 'e' listeners (onChange)"], // an event is data
    ['e[t].t', 'bus[t].t'], // so is a key, and a property keeps its name
    ['the', 'the'],
    ['$e', '$e'],
  ])('come back in %s', (text, expected) => {
    expect(renamedText(text, renames)).toBe(expected);
  });

  test('come back in a sentence where it quotes code, and in classes', () => {
    expect(renamedSentence('e: variable `e` of `n`', renames)).toBe('e: variable `bus` of `PriceBus`');
    expect([renamedClass('n', renames), renamedClass('function n', renames)]).toEqual([
      'PriceBus',
      'function PriceBus',
    ]);
  });
});
