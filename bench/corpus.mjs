// npm run corpus -- [folder] [case…]: every case of a corpus of real leaks, judged from saved snapshots and through the agent.
// A corpus is a folder with cases/, healthy/ and eventloop/ as run-case.sh there describes; it is copied before it is run.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { analyzeRun, analyzeSnapshots } from '../dist/analyzer/index.js';

const AGENT = resolve(import.meta.dirname, '..', 'dist', 'agent', 'index.js');
const [source = '../shared/corpus', ...only] = process.argv.slice(2);
if (!existsSync(join(source, 'run-case.sh'))) {
  console.error(`${source} is no corpus: it has no run-case.sh. Name its folder: npm run corpus -- <folder>`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'leakwatch-corpus-'));
const corpus = join(work, 'corpus');
cpSync(source, corpus, { recursive: true });
spawnSync('chmod', ['-R', 'u+w', corpus]);

const list = (kind) =>
  readdirSync(join(corpus, kind)).filter((name) => only.length === 0 || only.includes(name));
const describe = (kind, name) => JSON.parse(readFileSync(join(corpus, kind, name, 'case.json'), 'utf8'));

function run(name, variant, env) {
  const { status, stderr } = spawnSync(join(corpus, 'run-case.sh'), [name, variant], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} ${variant} ended with ${status}: ${stderr.slice(-300)}`);
}

async function fromFiles(name, variant, rounds) {
  const folder = join(work, 'snapshots', `${name}-${variant}`);
  run(name, variant, { SNAP_ROUNDS: rounds, SNAP_DIR: folder });
  const files = readdirSync(folder).map((file) => join(folder, file));
  const report = await analyzeSnapshots(files, { root: join(corpus, 'cases', name, variant) });
  rmSync(folder, { recursive: true });
  return report;
}

/** As a person would: the agent preloaded with its defaults, nothing said about when to take a snapshot. */
async function throughAgent(name, variant) {
  const folder = join(work, 'runs', `${name}-${variant}`);
  const pace = { ROUNDS: '24', ROUND_PAUSE_MS: '1000', MAX_MS: '90000' };
  run(name, variant, { ...pace, NODE_ARGS: `--require ${AGENT}`, LEAKWATCH_DIR: folder });
  const report = await analyzeRun(folder);
  rmSync(folder, { recursive: true });
  return report;
}

/** The holder in one of its names, and the file or the package. */
function isFound(report, { match }) {
  const [finding] = report.findings;
  if (report.verdict !== 'leak' || !finding) return false;
  const { culprit } = finding;
  const words = [finding.title, culprit.name, culprit.className, culprit.property].join(' ');
  const isNamed = match.anyOf.some((word) => words.includes(word));
  const files = [culprit.location?.file, culprit.generated?.file].filter(Boolean);
  const isPlaced = files.some((file) => match.files.some((wanted) => file.endsWith(wanted)));
  return isNamed && (isPlaced || culprit.package?.name === match.package);
}

const rows = [];
const row = (cells) => {
  rows.push(cells);
  console.log(cells.map((cell, index) => String(cell).padEnd([32, 9, 9, 9, 14][index] ?? 0)).join(' '));
};
const answer = (report, expected) => {
  const isRight = expected
    ? isFound(report, expected)
    : report.findings.length === 0 && report.verdict !== 'leak';
  return { isRight, text: isRight ? 'right' : `WRONG (${report.verdict})` };
};

row(['case', 'variant', 'files', 'agent', 'kind', 'first finding']);
const score = { found: 0, leaky: 0, falseAlarms: 0, healthy: 0 };
for (const [kind, variants] of [
  ['cases', ['leaky', 'fixed']],
  ['healthy', ['app']],
]) {
  for (const name of list(kind)) {
    const description = describe(kind, name);
    for (const variant of variants) {
      const expected = variant === 'leaky' ? description : null;
      const files = await fromFiles(name, variant, kind === 'healthy' ? '2,5,8,11' : '2,5,8');
      const agent = await throughAgent(name, variant);
      for (const report of [files, agent]) {
        const { isRight } = answer(report, expected);
        if (expected) score.found += isRight ? 1 : 0;
        else score.falseAlarms += isRight ? 0 : 1;
        if (expected) score.leaky++;
        else score.healthy++;
      }
      const [finding] = files.findings;
      const title = finding?.title ?? files.headline;
      row([
        name,
        variant,
        answer(files, expected).text,
        answer(agent, expected).text,
        finding?.kind ?? '-',
        title,
      ]);
    }
  }
}
console.log(
  `\n${score.found} of ${score.leaky} leaks found by name and place in the first finding; ` +
    `${score.falseAlarms} false alarms on ${score.healthy} healthy runs`,
);
rmSync(work, { recursive: true, force: true });
