import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../analyzer/report.ts';
import { leakwatch } from '../helpers/leakwatch.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';

describe('leakwatch analyze says what is wrong with its input, in one sentence and with exit code 2', () => {
  const PROFILE = '{"nodes":[{"id":1}],"startTime":1,"endTime":2,"samples":[],"timeDeltas":[]}';
  const TRUNCATED = '{"snapshot":{"meta":{"node_fields":["type","name"';

  test.each<[what: string, make: (path: string) => void]>([
    ['missing', () => {}],
    ['a folder', (path) => mkdirSync(path)],
    ['empty', (path) => writeFileSync(path, '')],
    ['truncated', (path) => writeFileSync(path, TRUNCATED)],
    ['a text', (path) => writeFileSync(path, 'Dear diary,\nnothing leaked today.\n')],
    ['a CPU profile', (path) => writeFileSync(path, PROFILE)],
    ['JSON of another kind', (path) => writeFileSync(path, '{"name":"leakwatch"}')],
  ])('%s', async (_, make) => {
    const folder = temporaryFolder();
    make(join(folder, 'some file'));
    const { exitCode, stdout, stderr } = await leakwatch(['analyze', 'some file'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^leakwatch [^\n]+\n$/);
    expect(stderr).not.toContain('defect');
  });

  test('no file at all', async () => {
    const { exitCode, stderr } = await leakwatch(['analyze']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^leakwatch There is nothing to analyze\.\n/);
  });
});

describe('saved snapshots', () => {
  const folder = sharedTemporaryFolder();
  const LEAKY = `
    const jobs = [];
    const { writeHeapSnapshot } = require('node:v8');
    for (const name of process.argv.slice(1)) {
      for (let n = 0; n < 2000; n++) jobs.push({ id: n, title: 'job ' + n });
      writeHeapSnapshot(name + '.heapsnapshot');
    }`;

  beforeAll(() => {
    for (const names of [['a1', 'a2', 'a3', 'a4'], ['b1']]) {
      execFileSync(process.execPath, ['-e', LEAKY, ...names], { cwd: folder, stdio: 'ignore' });
    }
  });

  test('give the verdict as text and as JSON, with exit code 1', async () => {
    const text = await leakwatch(['analyze', ...files('a1', 'a2', 'a3', 'a4')], { cwd: folder });
    const json = await leakwatch(['analyze', '--json', ...files('a1', 'a2', 'a3', 'a4')], { cwd: folder });
    const report = JSON.parse(json.stdout) as Report;
    expect(report.findings[0].culprit.name).toBe('jobs');
    expect(text.stdout.replaceAll(/\s+/g, ' ')).toContain(report.headline);
    expect([text.exitCode, json.exitCode]).toEqual([1, 1]);
  });

  test('in the wrong order are put right', async () => {
    const right = await leakwatch(['analyze', '--json', ...files('a1', 'a2', 'a3', 'a4')], { cwd: folder });
    const wrong = await leakwatch(['analyze', '--json', ...files('a3', 'a1', 'a4', 'a2')], { cwd: folder });
    const [one, other] = [right, wrong].map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(other.snapshots.map(({ file }) => file)).toEqual(one.snapshots.map(({ file }) => file));
    expect(other.findings).toEqual(one.findings);
    expect(other.comparability.reordered).toBe(true);
    expect(wrong.exitCode).toBe(1);
  });

  test('of different processes are told apart', async () => {
    const { exitCode, stdout } = await leakwatch(['analyze', '--json', ...files('a1', 'b1', 'a3')], {
      cwd: folder,
    });
    const { verdict, comparability } = JSON.parse(stdout) as Report;
    expect({ verdict, exitCode }).toEqual({ verdict: 'unknown', exitCode: 2 });
    expect(comparability.kind).not.toBe('same-lineage');
  });

  test('are left as they are, whatever comes after --json', async () => {
    const file = join(folder, 'a1.heapsnapshot');
    const before = readFileSync(file);
    await leakwatch(['analyze', '--json', 'a1.heapsnapshot'], { cwd: folder });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

function files(...names: string[]): string[] {
  return names.map((name) => `${name}.heapsnapshot`);
}
