import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { leakwatch } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

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
