/**
 * How often a check is wrong. Every run is a process of its own. Prints a line per scenario: the upper end of the 95 %
 * interval of how often it is wrong (Clopper and Pearson, 1934), and what a run takes, of CPU with its own children.
 *
 *     npm run bench:flakiness -- --help
 */
import { execFile, fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const HELP = `npm run bench:flakiness -- [options]

How often leakwatch/test is wrong about healthy and leaky scenarios. An hour and a half.

  --count N     runs of each scenario  (200)
  --jobs N      at the same time       (2)
  --only TEXT   only scenarios whose kind and name have this text
  --busy        another process computes all the while
  --log FILE    runs that stand in it are counted and not done again, so that a stopped bench can be taken up
  --help        this`;

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    log: { type: 'string' },
    busy: { type: 'boolean', default: false },
    spin: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const FIXTURES = fileURLToPath(new URL('../fixtures/checks', import.meta.url));
const TRY_ONCE = fileURLToPath(new URL('flakiness/try-once.cjs', import.meta.url));
const NAME_WIDTH = 58;

const require = createRequire(import.meta.url);
const run = promisify(execFile);

if (options.help) console.log(HELP);
else if (options.spin) for (;;) Math.sqrt(Math.random());
else await main(Number(options.count));

async function main(count) {
  const other = options.busy ? fork(fileURLToPath(import.meta.url), ['--spin'], { execArgv: [] }) : null;
  let wrong = 0;
  for (const { kind, name, isRight } of scenarios()) {
    const answers = await answersFor({ kind, name }, count);
    const mistakes = answers.filter((answer) => !isRight(answer));
    wrong += mistakes.length;
    console.log(row(kind, name, mistakes.length, answers));
    for (const text of new Set(mistakes.map(saidBy))) console.log(`    ${text}`);
  }
  other?.kill();
  process.exitCode = wrong === 0 ? 0 : 1;
}

/** What went wrong, in a line; the names of temporary folders make no difference. */
function saidBy({ verdict, title, line, message }) {
  const [said] = (message ?? title ?? '').split('\n').filter((text) => /Error|[a-z]/.test(text));
  return `${verdict} ${line ?? ''} ${(said ?? '').replaceAll(/leakwatch-\w+/g, 'leakwatch-…')}`.slice(0, 200);
}

function scenarios() {
  const all = ['healthy', 'leaky'].flatMap((kind) =>
    Object.keys(require(join(FIXTURES, `${kind}.js`))[kind]).map((name) => ({
      kind,
      name,
      isRight: rightFor(kind, name),
    })),
  );
  return all.filter(({ kind, name }) => `${kind}: ${name}`.includes(options.only));
}

/** A healthy one has to pass; of a leaky one the culprit's line has to be named. */
function rightFor(kind, name) {
  if (kind === 'healthy') return ({ verdict }) => verdict === 'clean';
  const lines = readFileSync(join(FIXTURES, 'leaky.js'), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.endsWith(`// culprit: ${name}`)) + 1;
  return (answer) => answer.verdict === 'leak' && answer.line === line;
}

/** As many as asked for, with those of an earlier bench. */
async function answersFor({ kind, name }, count) {
  const answers = logged().filter((answer) => answer.kind === kind && answer.name === name);
  let missing = count - answers.length;
  const worker = async () => {
    while (missing-- > 0) {
      const answer = { kind, name, ...(await tryOnce(kind, name)) };
      answers.push(answer);
      if (options.log) appendFileSync(options.log, `${JSON.stringify(answer)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  return answers;
}

function logged() {
  if (!options.log || !existsSync(options.log)) return [];
  const lines = readFileSync(options.log, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function tryOnce(kind, name) {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  try {
    const { stdout } = await run(process.execPath, [TRY_ONCE, kind, name]);
    return { ...JSON.parse(stdout), elapsedMs: elapsedMs() };
  } catch (error) {
    return { verdict: 'unable', message: String(error.stderr || error.message), elapsedMs: elapsedMs() };
  }
}

function row(kind, name, wrong, answers) {
  const count = answers.length;
  const bound = (100 * upperBound(wrong, count)).toFixed(1);
  const elapsed = spread(answers.map(({ elapsedMs }) => elapsedMs));
  const cpu = spread(answers.flatMap(({ cpuMs }) => cpuMs ?? []));
  return `${`${kind}: ${name}`.padEnd(NAME_WIDTH)} ${wrong} of ${count} wrong, at most ${bound} % (95 %); ${elapsed}, ${cpu} of CPU`;
}

/** `1.4 s (at most 2.1 s)`: the median and the largest. */
function spread(timesMs) {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return `${seconds(sorted[Math.floor(sorted.length / 2)])} (at most ${seconds(sorted.at(-1))})`;
}

function seconds(timeMs = NaN) {
  return `${(timeMs / 1000).toFixed(1)} s`;
}

/** The rate at which so few mistakes or fewer are as unlikely as 1 in 20, found by halving the interval. */
function upperBound(wrong, count) {
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step++) {
    const rate = (low + high) / 2;
    if (atMost(wrong, count, rate) > 0.05) low = rate;
    else high = rate;
  }
  return high;
}

/** Probability of `wrong` or fewer of `count` at this rate. */
function atMost(wrong, count, rate) {
  let term = (1 - rate) ** count;
  let sum = term;
  for (let k = 1; k <= wrong; k++) {
    term *= ((count - k + 1) / k) * (rate / (1 - rate));
    sum += term;
  }
  return sum;
}
