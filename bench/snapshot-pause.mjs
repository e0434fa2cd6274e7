/**
 * How long a snapshot stops a server under load: taken by a forked copy, beside taken in the process. For each heap the
 * longest gap of the event loop, the 99th percentile of the requests served meanwhile, how long it took, the memory of
 * the process and of the copy at their highest, and how many copies it needed. A row without a snapshot tells what the
 * collections of such a heap do anyway: the longest gap grows with the time that one looks, so it is as long as the copy took.
 *
 *     npm run bench:snapshot-pause -- --help
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startLoad } from './snapshot-pause/load.mjs';
import { startServer } from './snapshot-pause/process.mjs';

const HELP = `npm run bench:snapshot-pause -- [options] [node ...]

How long a snapshot stops a server under load: taken by a forked copy, and in the process. Each node is the path of a binary;
without any, this one.

  --heaps MB,MB   sizes of the server's heap      (50,200,500,1000)
  --rate N        requests in a second            (100)
  --runs N        how often each is measured      (1)
  --help          this`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    heaps: { type: 'string', default: '50,200,500,1000' },
    rate: { type: 'string', default: '100' },
    runs: { type: 'string', default: '1' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const nodes = positionals.length > 0 ? positionals : [process.execPath];
const WARM_UP_MS = 3000;
const LONGEST_BASELINE_MS = 60_000;

console.log(`${values.rate} requests/s; MB and ms`);
const COLUMNS = [
  'heap',
  'node',
  'mode',
  'gap',
  'stood still',
  'p99',
  'took',
  'process',
  'copy',
  'attempts',
  'ratio',
];
row(COLUMNS);
for (const heapMb of values.heaps.split(',').map(Number)) {
  for (const node of nodes) {
    for (let run = 0; run < Number(values.runs); run++) await measure(heapMb, node);
  }
}

async function measure(heapMb, execPath) {
  const version = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim();
  const server = await startServer({
    execPath,
    execArgv: ['--max-old-space-size=4096'],
    env: { HEAP_MB: String(heapMb), WORKERS: '0', LEAKWATCH_STALL_MS: '0' },
  });
  const load = startLoad(server.port, Number(values.rate));
  await new Promise((resume) => setTimeout(resume, WARM_UP_MS));
  load.p99Ms();
  const forked = await server.ask('snapshot', { mode: 'fork' });
  const copy = forked.taken;
  const forkTimes = [ms(forked.gapMs), ms(copy.pauseMs), ms(load.p99Ms()), ms(copy.tookMs)];
  const forkMemory = [mb(forked.peakBytes), mb(copy.copyPeakBytes)];
  row([heapMb, version, 'fork', ...forkTimes, ...forkMemory, copy.attempts ?? copy.detail, '']);
  const forMs = Math.min(copy.tookMs ?? 0, LONGEST_BASELINE_MS);
  const quiet = await server.ask('snapshot', { mode: 'none', forMs });
  const quietTimes = [ms(quiet.gapMs), '', ms(load.p99Ms()), ms(forMs)];
  row([heapMb, version, 'none', ...quietTimes, mb(quiet.peakBytes), '', '', '']);
  const here = await server.ask('snapshot', { mode: 'in-process' });
  await new Promise((resume) => setTimeout(resume, WARM_UP_MS));
  const { pauseMs, detail } = here.taken;
  const ratio = `${Math.round(pauseMs / copy.pauseMs)}x`;
  const times = [ms(here.gapMs), ms(pauseMs), ms(load.p99Ms()), ms(pauseMs)];
  row([heapMb, version, 'in-process', ...times, mb(here.peakBytes), '', detail ?? '', ratio]);
  await load.stop();
  await server.stop();
}

function row(cells) {
  console.log(
    cells
      .map((cell) => String(cell).padEnd(11))
      .join(' ')
      .trimEnd(),
  );
}

function ms(milliseconds) {
  if (milliseconds === undefined) return '-';
  return milliseconds < 100 ? milliseconds.toFixed(1) : String(Math.round(milliseconds));
}

function mb(bytes) {
  return bytes === undefined ? '-' : Math.round(bytes / (1024 * 1024));
}
