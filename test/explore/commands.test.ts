import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../cli/cli.ts';
import { fakeTerminal } from '../helpers/fake-terminal.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { snapshotsOfThings } from './things.ts';

const [earlier, later] = snapshotsOfThings();

async function said(words: readonly string[]): Promise<string> {
  const terminal = fakeTerminal();
  const exitCode = await runCli(words, terminal);
  expect([exitCode, terminal.stderr]).toEqual([0, '']);
  return terminal.stdout;
}

describe('each answers with a text and with JSON', () => {
  test.each([
    [
      ['top', later, '--limit', '5'],
      /^[\d.]+ MB in [\d,]+ objects;[^]*Classes[^]*Objects\nid /,
      ['heapBytes', 'classes'],
    ],
    [
      ['diff', earlier, later, '--match', 'Session'],
      /Session +100 → 300 +200 +0 +\+200/,
      ['rows', 'sameProcess'],
    ],
    [
      ['path', later, 'Session', '--all', '2'],
      /Path 1: 299 objects[^]*╰→ Session @\d+/,
      ['paths', 'objectCount'],
    ],
    [['inspect', later, '@1'], /^@1 [^]*Holds \(\d+\)/, ['references', 'retainers', 'dominator']],
    [
      ['strings', later, '--limit', '2'],
      /strings of[^]*The same text[^]*Largest[^]*Kept whole/,
      ['duplicates', 'longest', 'sliced'],
    ],
    [
      ['listeners', later, '--match', 'change'],
      /12! +12 +change +EventEmitter @\d+ variable `bus`.* +onChange/,
      ['rows'],
    ],
    [['timers', later], /6 +interval +3,600,000 ms .* poll /, ['rows', 'total']],
    [['collections', later], /300 .* `sessions` of class `SessionStore` .* user-0/, ['rows', 'total']],
    [['collections', later, '--all', '--limit', '99'], / `sessions` of [^]* \(Node\) /, ['rows', 'total']],
    [
      ['promises', earlier, later],
      /100 → 300 +await .* waitForever .* 1 promise +variable `never`/,
      ['rows', 'total'],
    ],
  ])('%j', async (words, text, keys) => {
    const file = join(temporaryFolder(), 'answer.json');
    expect(await said([...words, `--json=${file}`])).toMatch(text);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual(
      expect.arrayContaining(keys),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

test('what is printed fits a terminal, and is whole in a pipe', async () => {
  const [narrow, pipe] = [fakeTerminal(80, true), fakeTerminal(80, false)];
  await runCli(['top', later], narrow);
  await runCli(['top', later], pipe);
  const tables = narrow.stdout.split('\n').slice(2);
  expect(tables.filter((line) => line.length > 80)).toEqual([]);
  expect(pipe.stdout).toContain('fixtures/explore/things.js');
});

test('--only-grew leaves out what has no more objects each time', async () => {
  const back = JSON.parse(
    await said(['diff', later, earlier, '--only-grew', '--match', 'Session', '--json']),
  ) as object;
  expect(back).toMatchObject({ total: 0, rows: [] });
});

describe('what cannot be answered exits with 2 and a sentence', () => {
  test.each([
    [['top'], 'The snapshot to look into is missing.'],
    [['top', earlier, later], 'Only one snapshot can be looked into at a time.'],
    [['top', earlier, '--sort', 'size'], '--sort is one of retained, shallow, count, name, not "size".'],
    [['top', earlier, '--limit', '-1'], '--limit needs a value.'],
    [['top', earlier, '--limit', '1.5'], '--limit needs a whole number, not 1.5.'],
    [['top', 'missing.heapsnapshot'], 'missing.heapsnapshot does not exist.'],
    [['top', __dirname], `${__dirname} is a folder.`],
    [['diff', earlier], 'There is nothing to compare.'],
    [['diff', earlier, 'missing.heapsnapshot'], 'missing.heapsnapshot does not exist.'],
    [['diff', earlier, later, '--by', 'size'], '--by is one of class, shape, path, not "size".'],
    [['path', earlier], 'The object to look for is missing.'],
    [['path', earlier, 'NoSuchClass'], `${earlier} has no object of a class "NoSuchClass".`],
    [['path', earlier, '--string', 'no such text'], `${earlier} has no string that contains "no such text".`],
    [['inspect', earlier, '@2147483647'], `${earlier} has no object @2147483647.`],
    [['inspect', earlier, 'Map'], '"Map" is no object id.'],
    [['collections', earlier, '--sort', 'name'], '--sort is one of entries, retained, not "name".'],
    [['listeners'], 'The snapshot to look into is missing.'],
    [['promises'], 'The snapshot to look into is missing.'],
    [['promises', 'missing.heapsnapshot', later], 'missing.heapsnapshot does not exist.'],
    [['timers', earlier, '--delay', '3'], '`leakwatch timers` has no option --delay.'],
    [['inspect', earlier], 'A snapshot and one object id are needed.'],
  ])('%j', async (words, sentence) => {
    const terminal = fakeTerminal();
    expect(await runCli(words, terminal)).toBe(2);
    expect(terminal.stderr.split('\n')[0]).toBe(`leakwatch ${sentence}`);
    expect(terminal.stdout).toBe('');
  });
});
