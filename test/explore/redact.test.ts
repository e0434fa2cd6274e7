import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { replacer } from '../../analyzer/explore/redact/replace.ts';
import { redact } from '../../analyzer/explore/redact/redact.ts';
import { Use } from '../../analyzer/explore/redact/string-uses.ts';
import { readSnapshot } from '../../analyzer/heap/index.ts';
import { runCli } from '../../cli/cli.ts';
import { fakeTerminal } from '../helpers/fake-terminal.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';

const folder = sharedTemporaryFolder();
const program = join(__dirname, '..', '..', 'fixtures', 'leaks', 'eight-and-six.js');
if (spawnSync(process.execPath, [program, folder]).status !== 0) throw new Error('the program failed');
const originals = readdirSync(folder).map((file) => join(folder, file));

test('the verdict of redacted snapshots is the same, and what the program held is gone', async () => {
  const shared = temporaryFolder();
  const redactions = originals.map((from, index) => ({ from, to: join(shared, `${index}.heapsnapshot`) }));
  await redact(redactions);
  const [before, after] = await Promise.all([
    analyzeSnapshots(originals),
    analyzeSnapshots(redactions.map(({ to }) => to)),
  ]);
  const facts = ({ verdict, findings }: typeof before) => ({
    verdict,
    findings: findings.map(({ fingerprint, kind, title, growth, culprit, trace }) => {
      const { objects, bytes, what, shareOfHeapGrowth, survival } = growth;
      return { fingerprint, kind, title, culprit, trace, objects, bytes, what, shareOfHeapGrowth, survival };
    }),
  });
  expect(facts(after)).toEqual(facts(before));
  expect(after.findings).toHaveLength(8);
  after.findings.forEach(({ growth }, index) => {
    const rate = before.findings[index].growth.bytesPerMinute;
    expect(Number(growth.bytesPerMinute) / Number(rate)).toBeCloseTo(1, 3); // a file's time is kept to the microsecond
  });

  const text = readFileSync(redactions[0].to, 'utf8');
  for (const secret of ['/orders/17', 'product-17', 'product 17', 'name-17', 'recent-170'])
    expect([secret, readFileSync(originals[0], 'utf8').includes(secret), text.includes(secret)]).toEqual([
      secret,
      true,
      false,
    ]);
});

test('objects, sizes, ids and references are the same', async () => {
  const to = join(temporaryFolder(), 'shared.heapsnapshot');
  await redact([{ from: originals[0], to }]);
  const [before, after] = await Promise.all([readSnapshot(originals[0]), readSnapshot(to)]);
  expect(after.nodeId).toEqual(before.nodeId);
  expect(after.selfSize).toEqual(before.selfSize);
  expect(after.edgeTo).toEqual(before.edgeTo);
  expect(after.strings.count).toBe(before.strings.count);
});

test('packed files are read and written, by their owner alone', async () => {
  const [packed, to] = ['in.gz', 'out.gz'].map((name) => join(temporaryFolder(), name));
  writeFileSync(packed, gzipSync(readFileSync(originals[0])));
  await redact([{ from: packed, to }]);
  expect(Object.keys(JSON.parse(gunzipSync(readFileSync(to)).toString('utf8')) as object)).toContain(
    'strings',
  );
  expect(statSync(to).mode & 0o777).toBe(0o600);
});

test('what is there is never written over, and half a file is not left behind', async () => {
  const target = temporaryFolder();
  const to = join(target, 'precious');
  writeFileSync(to, 'precious');
  const terminal = fakeTerminal();
  expect(await runCli(['redact', originals[0], to], terminal)).toBe(2);
  expect(terminal.stderr).toBe(`leakwatch ${to} exists already, and is left as it is.\n`);
  expect(readFileSync(to, 'utf8')).toBe('precious');

  const cut = join(target, 'cut');
  writeFileSync(cut, readFileSync(originals[0]).subarray(0, 500_000));
  await expect(redact([{ from: cut, to: join(target, 'new') }])).rejects.toThrow(/ends/);
  expect(readdirSync(target).toSorted()).toEqual(['cut', 'precious']);
});

test('of a command line that cannot be understood the hint says what to write', async () => {
  for (const words of [['redact'], ['redact', 'a'], ['redact', 'a', 'b', 'c']]) {
    const terminal = fakeTerminal();
    expect(await runCli(words, terminal)).toBe(2);
    expect(terminal.stderr).toContain('Write `leakwatch redact heap.heapsnapshot shared.heapsnapshot`');
  }
});

describe('a text', () => {
  const salt = Buffer.from('salt');
  const replace = replacer(salt, { paths: false });

  test.each([
    ['jane@example.org', Use.content, 'redacted:16:'],
    ['jane', Use.content, 'redacted:4:'],
    ['jane', Use.key, 'redacted:4:'],
    ['jane', Use.key | Use.content, 'redacted:4:'],
    ['/orders/17', Use.property, 'redacted:10:'],
    ['4711', Use.property, 'redacted:4:'],
  ])('%j used as %i is hidden', (text, uses, start) => {
    expect(replace(text, uses)).toMatch(new RegExp(`^${start}[0-9a-f]{12}$`));
  });

  test.each([
    ['sessions', Use.property],
    ['sessions', Use.property | Use.content],
    ['<symbol kEvents>', Use.property],
    ['user:created', Use.property],
    ['content-type', Use.property],
    ['SessionStore', Use.name],
    ['/srv/app/index.js', Use.name],
    ['abort', Use.content],
    ['', Use.content],
  ])('%j used as %i stays', (text, uses) => {
    expect(replace(text, uses)).toBe(text);
  });

  test('is replaced equally with one salt, and otherwise with another', () => {
    const other = replacer(Buffer.from('other'), { paths: false });
    expect(replace('secret', Use.content)).toBe(replacer(salt, { paths: true })('secret', Use.content));
    expect(other('secret', Use.content)).not.toBe(replace('secret', Use.content));
  });

  test.each([
    ['/home/jane/shop/index.js', /^\/[0-9a-f]{6}\/[0-9a-f]{6}\/[0-9a-f]{6}\/[0-9a-f]{6}\.js$/],
    ['file:///srv/app.mjs', /^file:\/\/\/[0-9a-f]{6}\/[0-9a-f]{6}\.mjs$/],
    ['C:\\shop\\app.js', /^C:\\[0-9a-f]{6}\\[0-9a-f]{6}\.js$/],
    ['/srv/node_modules/mem/index.js', /^\/[0-9a-f]{6}\/node_modules\/mem\/index\.js$/],
    ['node:internal/fs', /^node:internal\/fs$/],
    ['Node / FSReqCallback', /^Node \/ FSReqCallback$/],
  ])('that is a path is hidden where that is wanted: %s', (path, hidden) => {
    expect(replacer(salt, { paths: true })(path, Use.name)).toMatch(hidden);
  });
});
