/**
 * How often a check is wrong: `npm run bench:flakiness -- [--count 200] [--jobs 2] [--busy] [--only TEXT]`. Every run is a
 * process of its own; --busy keeps another one computing all the while. Prints a line per scenario, and the upper end of
 * the 95 % interval of how often it is wrong (Clopper and Pearson, 1934).
 */
import { execFile, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    busy: { type: 'boolean', default: false },
    spin: { type: 'boolean', default: false },
  },
});
const FIXTURES = fileURLToPath(new URL('../fixtures/checks', import.meta.url));
const TRY_ONCE = fileURLToPath(new URL('flakiness/try-once.cjs', import.meta.url));
const NAME_WIDTH = 52;

const require = createRequire(import.meta.url);
const run = promisify(execFile);

if (options.spin) for (;;) Math.sqrt(Math.random());
else await main(Number(options.count));

async function main(count) {
  const other = options.busy ? fork(fileURLToPath(import.meta.url), ['--spin'], { execArgv: [] }) : null;
  let wrong = 0;
  for (const { kind, name, isRight } of scenarios()) {
    const answers = await repeated(count, () => tryOnce(kind, name));
    const mistakes = answers.filter((answer) => !isRight(answer));
    wrong += mistakes.length;
    console.log(row(kind, name, mistakes.length, count, answers));
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

async function repeated(count, work) {
  const answers = [];
  let begun = 0;
  const worker = async () => {
    while (begun++ < count) answers.push(await work());
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  return answers;
}

async function tryOnce(kind, name) {
  const startedAt = performance.now();
  try {
    const { stdout } = await run(process.execPath, [TRY_ONCE, kind, name]);
    return { ...JSON.parse(stdout), elapsedMs: performance.now() - startedAt };
  } catch (error) {
    return { verdict: 'unable', message: String(error.stderr || error.message), elapsedMs: 0 };
  }
}

function row(kind, name, wrong, count, answers) {
  const times = answers.map(({ elapsedMs }) => elapsedMs).toSorted((a, b) => a - b);
  for (const answer of answers) delete answer.elapsedMs;
  const seconds = (times[Math.floor(times.length / 2)] / 1000).toFixed(1);
  const bound = (100 * upperBound(wrong, count)).toFixed(1);
  return `${`${kind}: ${name}`.padEnd(NAME_WIDTH)} ${wrong} of ${count} wrong, at most ${bound} % (95 %); median ${seconds} s`;
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
