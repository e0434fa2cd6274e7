/**
 * A corpus of real leaks, every case judged in two ways, with memlab's answer on the same files beside it. For a leak the
 * table says whether the first finding is one, of the right kind, and names the culprit; for what is healthy, whether
 * there was a false alarm. Asserts nothing.
 *
 *     npm run corpus -- --help
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyCorpus, nodeFolder, variantsIn } from './corpus/cases.mjs';
import { askMemlab, isInstalled } from './corpus/memlab.mjs';
import { scoreOf } from './corpus/score.mjs';
import { fromFiles, saveSnapshots, throughAgent } from './corpus/ways.mjs';

const HELP = `npm run corpus -- [FOLDER] [CASE…] [options]

Judges every case of a corpus: a folder with cases/ and healthy/ as its run-case.sh describes; it is copied before it is run.

  --node PATH          the Node.js that runs the cases   (this one)
  --only files|agent   snapshots that the case's driver saves, or the agent with its defaults   (both)
  --limit SECONDS      for each case   (180)
  --help               this`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: 'files,agent' },
    limit: { type: 'string', default: '180' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const [source = '../shared/corpus', ...only] = positionals;
if (!existsSync(join(source, 'run-case.sh'))) {
  console.error(`${source} is no corpus: it has no run-case.sh. Name its folder: npm run corpus -- <folder>`);
  process.exit(2);
}

const ways = options.only.split(',');
const work = mkdtempSync(join(tmpdir(), 'leakwatch-corpus-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const corpus = copyCorpus(source, join(work, 'corpus'));
const node = nodeFolder(work, options.node);
const totals = new Map(); // column -> { yes, of }

function count(column, isYes) {
  const total = totals.get(column) ?? { yes: 0, of: 0 };
  totals.set(column, { yes: total.yes + (isYes ? 1 : 0), of: total.of + 1 });
}

const WIDTHS = [31, 8, 7, 6, 9, 9, 7, 6, 9, 9, 9, 18]; // of the table's columns
const print = (cells) =>
  console.log(
    cells
      .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
      .join('')
      .trimEnd(),
  );
const word = (isRight) => (isRight ? 'yes' : 'NO');

/** The cells of one way: found, kind, culprit, false alarm. */
function cellsOf(way, report, one) {
  if (report === null) return ['', '', '', ''];
  const score = scoreOf(report, one);
  for (const [column, isYes] of Object.entries(score)) count(`${way}: ${column}`, isYes);
  if (!one.isLeaky) return ['', '', '', score.falseAlarm ? 'ALARM' : 'none'];
  return [word(score.found), word(score.kind), word(score.culprit), ''];
}

function memlabCell(answer, one) {
  if (answer === null) return '';
  if (one.isLeaky) {
    count('memlab: found', answer.leaks > 0);
    count('memlab: culprit', answer.isNamed);
  } else count('memlab: falseAlarm', answer.leaks > 0);
  if (answer.leaks === null) return 'failed';
  return `${answer.leaks} leaks${answer.isNamed ? ', named' : ''}`;
}

/** The heap limit is known where there is a recording. */
function limitText(report) {
  const ms = report?.memory?.timeToHeapLimitMs ?? null;
  return ms === null
    ? ''
    : ms < 3_600_000
      ? `${Math.round(ms / 60_000)} min`
      : `${(ms / 3_600_000).toFixed(1)} h`;
}

async function judge(one) {
  const folder = join(work, `${one.name}-${one.variant}`);
  const files = ways.includes('files') ? await saveSnapshots(corpus, one, { folder, nodeFolder: node }) : [];
  const saved = files.length === 0 ? null : await fromFiles(files, one);
  const memlab = files.length > 0 && isInstalled() ? askMemlab(files, one, join(work, 'memlab')) : null;
  rmSync(folder, { recursive: true, force: true });
  const how = { folder: join(work, 'run'), nodeFolder: node, limitMs: Number(options.limit) * 1000 };
  const agent = ways.includes('agent') ? await throughAgent(corpus, one, how) : null;
  const [finding] = (saved ?? agent).findings;
  print([
    one.name,
    one.variant,
    ...cellsOf('files', saved, one),
    ...cellsOf('agent', agent, one),
    limitText(agent),
    memlabCell(memlab, one),
    finding === undefined ? '' : `${finding.kind}: ${finding.culprit.name}`,
  ]);
}

if (!isInstalled()) console.log('memlab is not installed (npm run bench:install): its column stays empty.\n');
const columns = ['found', 'kind', 'culprit', 'alarm'];
console.log(`${' '.repeat(39)}${'from saved files'.padEnd(31)}through the agent`);
print(['case', 'variant', ...columns, ...columns, 'limit', 'memlab', 'first finding']);
for (const one of variantsIn(corpus, only)) {
  await judge(one).catch((error) => {
    count('not run', true);
    print([one.name, one.variant, `not run: ${error.message.split('\n')[0]}`]);
  });
}
console.log('');
for (const [column, { yes, of }] of totals) console.log(`${column.padEnd(22)}${yes} of ${of}`);
