import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../cli/check/check-report.ts';
import { leakwatch } from '../helpers/leakwatch.ts';
import type { CommandResult } from '../helpers/leakwatch.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';
import { junitFaults, sarifFaults } from './valid.ts';

const CONFIG = `
import { spawn } from 'node:child_process';
console.log('the application prints');
setInterval(() => {}, 1e6); // and keeps its process alive
const carts = new Map();
const tabs = [];
export default {
  artifacts: { maxMegabytes: 40 },
  scenarios: {
    fine: () => JSON.stringify({ a: [1, 2, 3] }),
    cart: () => carts.set(carts.size, { lines: [] }),
    tab: () => tabs.push({ open: true }),
    named: { run: './checks/search.cjs#search' },
    'two gigabytes': { run: () => Buffer.allocUnsafeSlow(2e9).length },
    'no time': () => 1,
    empty: () => { /* later */ },
    throws: () => { throw new Error('no database'); },
    exits: () => {
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' });
      process.exit(0);
    },
    grows: () => { for (const all = []; ; ) all.push(Array.from({ length: 1e5 }, String)); },
    crashes: () => new Promise(() => setImmediate(() => { throw new TypeError('too late'); })),
    hangs: { run: () => { for (;;); }, timeout: '2s' },
    blocks: { run: feed, budgets: { longestBlockMs: 30 } },
    missing: { run: './checks/search.cjs#find' },
    nowhere: { run: './checks/none.cjs' },
    files: { snapshots: ['none.heapsnapshot'] },
  },
};
function feed() {
  const end = performance.now() + 90;
  while (performance.now() < end);
}
`;

const LEAK_LINE = CONFIG.split('\n').findIndex((line) => line.startsWith('const carts')) + 1;

const project = join(sharedTemporaryFolder(), 'my project');
const env = { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' };

beforeAll(() => {
  mkdirSync(join(project, 'checks'), { recursive: true });
  writeFileSync(join(project, 'leakwatch.config.mjs'), CONFIG);
  writeFileSync(join(project, 'checks', 'search.cjs'), 'exports.search = () => [1, 2].map(String);');
});

const written = (file: string) => readFileSync(join(project, file), 'utf8');

interface Checked extends CommandResult {
  readonly report: CheckReport;
}

const check = (...words: readonly string[]) => checkIn(env, words);

async function checkIn(environment: NodeJS.ProcessEnv, words: readonly string[]): Promise<Checked> {
  const result = await leakwatch(['check', '--json=out.json', ...words], { cwd: project, env: environment });
  return { ...result, report: JSON.parse(readFileSync(join(project, 'out.json'), 'utf8')) as CheckReport };
}

test('what leaves nothing behind passes, and nothing is kept of it', async () => {
  const { exitCode, stdout, report } = await check('fine', 'named', 'two gigabytes', 'no time');
  expect(report.scenarios.map(({ name, outcome, sentence }) => [name, outcome, sentence])).toEqual(
    ['fine', 'named', 'two gigabytes', 'no time'].map((name) => [
      name,
      'passed',
      expect.stringMatching(/^Left nothing behind over [\d,]+ iterations\.$/),
    ]),
  );
  expect([exitCode, stdout.includes('4 scenarios passed.')]).toEqual([0, true]);
  expect(stdout).not.toContain('the application prints');
  expect(existsSync(join(project, '.leakwatch', 'check', 'fine'))).toBe(false);
});

test('what cannot be told is no pass: a sentence each, and exit code 2', async () => {
  const names = ['empty', 'throws', 'exits', 'grows', 'crashes', 'hangs', 'missing', 'nowhere', 'files'];
  const little = { ...env, NODE_OPTIONS: '--max-old-space-size=64' };
  const { exitCode, report, stderr } = await checkIn(little, names);
  expect(report.scenarios.map(({ outcome, sentence }) => `${outcome}: ${sentence}`)).toEqual([
    'unable: The scenario is an empty function: it does nothing that could leak.',
    'unable: The scenario threw: no database',
    'unable: The scenario ended the process (exit code 0).',
    "unable: The scenario needs more memory than V8's heap may have; --max-old-space-size in NODE_OPTIONS raises the limit.",
    'unable: The scenario ended the process (exit code 1), and said: TypeError: too late.',
    'unable: The scenario did not come to its end within 2 s.',
    'unable: ./checks/search.cjs exports no "find".',
    expect.stringMatching(/^unable: none\.cjs cannot be loaded: Cannot find module .*none\.cjs/) as string,
    expect.stringMatching(/^unable: .*none\.heapsnapshot does not exist\.$/) as string,
  ]);
  expect([exitCode, stderr]).toEqual([2, '']);
});

test('what blocks the event loop is named', async () => {
  const { exitCode, report } = await check('blocks');
  expect(report.scenarios[0].problems).toMatchObject([
    {
      rule: 'stall/cpu',
      title: expect.stringMatching(
        /^`feed` \(leakwatch\.config\.mjs:\d+\) takes \d+ ms, the budget is 30 ms/,
      ) as string,
    },
  ]);
  expect(exitCode).toBe(1);
});

describe('a leak', () => {
  let first: Checked;

  beforeAll(async () => {
    first = await check(
      'cart',
      '--junit=out.xml',
      '--sarif=out.sarif',
      '--html=out.html',
      '--markdown=out.md',
    );
  });

  test('fails with its line, in every format', async () => {
    const { exitCode, stdout, report } = first;
    expect(exitCode).toBe(1);
    expect(report.scenarios[0].problems).toMatchObject([
      { mark: 'new', rule: 'leak/cache', location: { file: 'leakwatch.config.mjs', line: LEAK_LINE } },
    ]);
    expect(report.scenarios[0].measures.objectsPerIteration).toBeCloseTo(1, 0);
    expect(stdout).toContain(`leakwatch.config.mjs:${LEAK_LINE}`);
    expect(sarifFaults(written('out.sarif'))).toEqual([]);
    expect(await junitFaults(written('out.xml'))).toEqual([]);
    for (const file of ['out.html', 'out.md', 'out.xml', 'out.sarif'])
      expect(written(file)).toContain('carts');
  });

  test('leaves a report and snapshots, no more than there is room for', () => {
    const folder = join(project, '.leakwatch', 'check', 'cart');
    expect(readdirSync(folder).toSorted()).toEqual(['output.log', 'report.html', 'snapshots']);
    expect(readFileSync(join(folder, 'output.log'), 'utf8')).toBe('the application prints\n');
    expect(first.report.scenarios[0].artifacts).toContain(join('.leakwatch', 'check', 'cart', 'report.html'));
  });

  test('that another build has is not new', async () => {
    writeFileSync(join(project, 'main.json'), JSON.stringify(first.report));
    const { exitCode, report } = await check('cart', '--compare=main.json');
    expect([exitCode, report.scenarios[0].problems[0].mark]).toEqual([0, 'known']);
  });

  test('that the baseline takes in is known wherever it moves in its file, and others are new', async () => {
    const update = ['--update-baseline', '--reason', 'until spring', '--expires', '2999-01-01'];
    expect((await check('cart', ...update)).exitCode).toBe(0);
    writeFileSync(join(project, 'leakwatch.config.mjs'), `\n// moved\n${CONFIG}`);
    const { exitCode, report } = await check('cart', 'tab');
    expect(
      report.scenarios.map(({ problems: [{ mark, reason, location }] }) => [mark, reason, location?.line]),
    ).toEqual([
      ['known', 'until spring', LEAK_LINE + 2],
      ['new', null, LEAK_LINE + 3],
    ]);
    expect(exitCode).toBe(1);
  });
});

describe('a check that cannot begin ends with one sentence and exit code 2', () => {
  test.each<[what: string, file: string, text: string, words: readonly string[], sentence: RegExp]>([
    ['no config', 'none.txt', '', [], /^There is no leakwatch\.config\.ts, \.js, \.mjs or \.json in /],
    [
      'a syntax error',
      'leakwatch.config.mjs',
      'export default {\n  scenarios: {{\n};',
      [],
      /^leakwatch\.config\.mjs cannot be loaded: Unexpected token '\{' \(line 2\)\.$/,
    ],
    [
      'one that ends the process',
      'leakwatch.config.mjs',
      'process.exit(0);',
      [],
      /^leakwatch\.config\.mjs ended the process \(exit code 0\)\.$/,
    ],
    ['no JSON', 'leakwatch.config.json', '{', [], /^leakwatch\.config\.json is no JSON: /],
    [
      'an unknown word',
      'leakwatch.config.json',
      '{"scenario":{}}',
      [],
      /^leakwatch\.config\.json: the config has an unknown "scenario"; did you mean "scenarios"\?$/,
    ],
    [
      'an unknown scenario',
      'leakwatch.config.json',
      '{"scenarios":{"a":{"run":"./a.js"}}}',
      ['b'],
      /^There is no scenario "b"; there are a\.$/,
    ],
    [
      'a damaged baseline',
      'leakwatch.config.json',
      '{"baseline":"leakwatch.config.json","scenarios":{"a":{"run":"./a.js"}}}',
      [],
      /^leakwatch\.config\.json is no baseline of leakwatch: it has no version\.$/,
    ],
    ['a folder', 'none.txt', '', ['--config=.'], /^\. is no file\.$/],
    ['a mistyped option', 'none.txt', '', ['--juint=x'], /^`leakwatch check` has no option --juint\.$/],
    [
      'a reason for nothing',
      'none.txt',
      '',
      ['--reason', 'x'],
      /^--reason and --expires are for new entries of the baseline\.$/,
    ],
  ])('%s', async (_, file, text, words, sentence) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, file), text);
    const { exitCode, stdout, stderr } = await leakwatch(['check', ...words], { cwd: folder, env });
    const [said] = stderr.split('\n');
    expect(said.replace('leakwatch ', '').match(sentence)?.index).toBe(0);
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});
