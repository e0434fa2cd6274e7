import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = sharedTemporaryFolder();
const RUN = join(__dirname, '..', '..', 'fixtures', 'leaks', 'run.js');

/** Three snapshots of a process of its own, in the order taken. */
function snapshotsOf(program: string, run: string): string[] {
  const folder = join(FOLDER, run);
  const { status } = spawnSync(process.execPath, [RUN, program, 'leaky', folder]);
  expect(status).toBe(0);
  return readdirSync(folder)
    .toSorted()
    .map((file) => join(folder, file));
}

const [first, second, third] = snapshotsOf('cache-map', 'one');
const other = snapshotsOf('cache-map', 'two');
const another = snapshotsOf('timer-interval', 'three');

test('snapshots in the wrong order are put right', async () => {
  const right = await analyzeSnapshots([first, second, third]);
  const wrong = await analyzeSnapshots([third, first, second]);
  expect(wrong.comparability.reordered).toBe(true);
  expect(wrong.snapshots.map(({ file }) => file)).toEqual([first, second, third]);
  expect(wrong.findings.map(({ title, growth }) => [title, growth.objects])).toEqual(
    right.findings.map(({ title, growth }) => [title, growth.objects]),
  );
});

test('runs of one program are told apart, and give no verdict', async () => {
  const report = await analyzeSnapshots([first, other[1], another[2]]);
  expect(report.comparability.kind).not.toBe('same-lineage');
  const sameProgram = await analyzeSnapshots([first, other[1]]);
  expect(sameProgram.comparability.kind).toBe('same-program');
  expect([report.verdict, sameProgram.verdict]).toEqual(['unknown', 'unknown']);
});

test('where ids say nothing, access paths of one process tell the same leak, a little less surely', async () => {
  const files = [first, second, third];
  const [byIds, byPaths] = [
    await analyzeSnapshots(files),
    await analyzeSnapshots(files, { ignoreIds: true }),
  ];
  expect([byPaths.verdict, byPaths.comparability.kind]).toEqual(['leak', 'same-program']);
  expect(byPaths.findings.map(({ title }) => title)).toEqual(byIds.findings.map(({ title }) => title));
  expect(byPaths.findings[0].confidence.score).toBeLessThan(byIds.findings[0].confidence.score);
  expect(byPaths.findings[0].growth.objects).toEqual(byIds.findings[0].growth.objects);
});

test('two snapshots give suspects and no verdict', async () => {
  const report = await analyzeSnapshots([first, third]);
  expect(report.verdict).toBe('unknown');
  expect(report.findings.map(({ confidence }) => confidence.level)).toEqual(['low']);
});

test('one snapshot gives what is large, and is told to be too few', async () => {
  const report = await analyzeSnapshots([third]);
  expect([report.verdict, report.comparability.kind]).toEqual(['unknown', 'single']);
  expect(report.findings.map(({ culprit, confidence }) => [culprit.name, confidence.level])).toEqual([
    ['answers', 'low'],
  ]);
  expect(report.findings[0].title).toMatch(/holds 9\d\d objects/);
});

test('the same file given twice is not two snapshots', async () => {
  const report = await analyzeSnapshots([first, first, second]);
  expect(report.verdict).toBe('unknown');
  expect(report.snapshots).toHaveLength(2);
});

test('a report is aborted like anything else', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(analyzeSnapshots([first], { signal })).rejects.toThrow('stop');
});
