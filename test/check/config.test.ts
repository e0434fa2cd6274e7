import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { marked, readBaseline } from '../../cli/check/baseline.ts';
import { checkedConfig } from '../../cli/check/checked-config.ts';
import { wordsOf } from '../../cli/check/command-words.ts';
import { readComparison } from '../../cli/check/comparison.ts';
import { updatedBaseline } from '../../cli/check/update-baseline.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { problemWith, reportOf, scenarioWith } from './report-of.ts';

const run = () => [];

describe('a config that says something unknown or impossible is told where', () => {
  test.each<[config: unknown, sentence: string]>([
    [7, 'the config has to be an object.'],
    [{}, 'the config has no "scenarios".'],
    [{ scenarios: {} }, 'scenarios is empty: there is nothing to check.'],
    [{ scenarios: { a: run }, budget: {} }, 'the config has an unknown "budget"; did you mean "budgets"?'],
    [
      { scenarios: { a: {} } },
      'scenario "a" needs "run" (a function), "start" (a command) or "snapshots" (files).',
    ],
    [
      { scenarios: { a: { run: 7 } } },
      'scenario "a".run has to be a function, or the path of a module that exports one.',
    ],
    [
      { scenarios: { a: { run, warmup: 3 } } },
      'scenario "a" has an unknown "warmup"; did you mean "warmupIterations"?',
    ],
    [
      { scenarios: { a: { run, settle: 'soon' } } },
      'scenario "a".settle: "soon" is no time; write 30s, 2m, 1h or 500ms.',
    ],
    [
      { scenarios: { a: { run, budgets: { longestBlockMs: '50' } } } },
      'scenario "a".budgets.longestBlockMs has to be a number of at least 0.',
    ],
    [
      { scenarios: { a: { start: 'node x', rounds: 2 } } },
      'scenario "a".rounds has to be a whole number of at least 3; fewer cannot tell a leak.',
    ],
    [
      { scenarios: { a: { start: 'node x', budgets: { gcShare: 10 } } } },
      'scenario "a".budgets.gcShare is a share of the time, from 0 to 1.',
    ],
    [{ scenarios: { a: { snapshots: [] } } }, 'scenario "a".snapshots has to be a list of texts.'],
  ])('%j', (config, sentence) => {
    expect(() => checkedConfig(config, 'leakwatch.config.js')).toThrow(`leakwatch.config.js: ${sentence}`);
  });
});

test('a config that uses everything is taken', () => {
  const config = {
    baseline: 'known.json',
    budgets: { longestBlockMs: 100 },
    artifacts: { folder: 'out', maxMegabytes: 5 },
    scenarios: {
      a: run,
      b: {
        run: './b.js#c',
        warmupIterations: 9,
        settle: '10ms',
        timeout: '1m',
        budgets: { bytesPerIteration: 4 },
      },
      c: {
        start: ['node', 'x'],
        ready: 'http://localhost:$PORT',
        load: 'x',
        rounds: 4,
        round: '5s',
        warmup: '2s',
        settle: '1s',
        env: { A: 'b' },
        iterations: 7,
      },
      d: { snapshots: ['a', 'b', 'c'], iterations: 3, budgets: { heapFloorMB: 9, objectsPerIteration: 1 } },
    },
  };
  expect(checkedConfig(config, 'x')).toBe(config);
});

test.each([
  ['node server.js', ['node', 'server.js']],
  [`node "my app.js" --name='a b'`, ['node', 'my app.js', '--name=a b']],
])('the words of %s', (command, words) => {
  expect(wordsOf(command)).toEqual(words);
});

test('a command that needs a shell is refused', () => {
  expect(() => wordsOf('npm start | tee log')).toThrow('needs a shell; write it as a list');
});

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'known.json');
  writeFileSync(file, text);
  return file;
}

const entry = {
  scenario: 'cart',
  fingerprint: '0123456789abcdef',
  title: 'x',
  reason: 'y',
  expires: '2026-12-01',
};
const baselineText = (known: unknown, version = 1) => JSON.stringify({ version, known });

describe('a baseline that cannot be used is told', () => {
  test.each<[text: string, sentence: string]>([
    ['{"version":1,', 'known.json is damaged: '],
    ['[]', 'known.json is no baseline of leakwatch: it has no version.'],
    [baselineText([], 2), 'known.json is of version 2; this leakwatch reads up to 1. Use a newer one.'],
    [baselineText({}), 'known.json is damaged: it has no list "known".'],
    [
      baselineText([{ scenario: 'a' }]),
      'known.json: known[0] needs the texts scenario, fingerprint, title and reason.',
    ],
    [
      baselineText([{ ...entry, expires: 'soon' }]),
      'known.json: known[0]: "expires" has to be a day such as 2027-03-01, or null.',
    ],
  ])('%s', (text, sentence) => {
    expect(() => readBaseline(fileWith(text))).toThrow(sentence);
  });
});

test.each([
  ['2026-11-30', 'known'],
  ['2026-12-01', 'expired'],
])('on %s a problem is %s', (today, mark) => {
  const known = readBaseline(fileWith(baselineText([entry])));
  expect(marked(problemWith({}), 'cart', known, today)).toMatchObject({ mark, reason: 'y' });
  expect(marked(problemWith({}), 'search', known, today)).toMatchObject({ mark: 'new', reason: null });
});

test('an update takes in what is new, renews what expired, and drops what is fixed', () => {
  const of = (fingerprint: string) => ({ ...entry, fingerprint, title: fingerprint });
  const baseline = [of('stays'), of('expired'), of('fixed'), { ...entry, scenario: 'not tried' }];
  const problems = [
    problemWith({ fingerprint: 'stays', title: 'stays', mark: 'known' }),
    problemWith({ fingerprint: 'expired', title: 'expired', mark: 'expired' }),
    problemWith({ fingerprint: 'new', title: 'new' }),
  ];
  const report = { ...reportOf(scenarioWith({ outcome: 'failed', problems })), fixed: [of('fixed')] };
  const updated = updatedBaseline(baseline, report, { reason: 'later', expires: null });
  expect(updated.map(({ fingerprint, reason }) => `${fingerprint} ${reason}`)).toEqual([
    'stays y',
    '0123456789abcdef y',
    'expired later',
    'new later',
  ]);
});

test('another build’s result makes known what it had', () => {
  const file = fileWith(JSON.stringify(reportOf(scenarioWith({ problems: [problemWith({})] }))));
  expect(readComparison(file)).toMatchObject([
    { scenario: 'cart', fingerprint: '0123456789abcdef', expires: null },
  ]);
});

test.each([
  ['{', 'is no JSON: '],
  ['{}', 'is not the JSON of a `leakwatch check`.'],
  ['{"version":9,"scenarios":[]}', 'is of version 9; this leakwatch reads up to 1.'],
])('a result to compare with that reads %s is told', (text, sentence) => {
  expect(() => readComparison(fileWith(text))).toThrow(sentence);
});
