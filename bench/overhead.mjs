/**
 * What the agent costs: an Express server bare and one with the agent, both alive, under autocannon in short slices of as many
 * requests each, in turns, so that whatever else the machine does meets both alike. Each pair of slices gives a ratio. Both
 * processes are started anew a few times, since two processes of one program differ as well.
 *
 *     npm run bench:overhead -- --help
 */
import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { idleCost } from './overhead/idle.mjs';
import { isPinned, startServer } from './overhead/server-process.mjs';
import { estimate } from './overhead/statistics.mjs';
import { AGENTS, BARE, NOISE, PEERS } from './overhead/variants.mjs';

const HELP = `npm run bench:overhead -- [options]

What the agent costs an Express server under autocannon, and at rest, beside others. About a quarter of an hour.

  --processes N   pairs of processes for the agent and for the noise       (6)
  --pairs N       pairs of slices for each pair of processes               (16)
  --requests N    requests of a slice                                      (3000)
  --only TEXT     only rows whose name has this text
  --no-peers      only the agent; of the others, those are measured that npm run bench:install has installed
  --idle N        windows of five seconds in which nothing happens         (6)
  --help          this`;

// The others cost more, so that fewer pairs show it.
const PEER_SHARE = 1 / 3;

// What V8 compiles and the heap grows to when a server has just started: up to the fifty thousandth request each costs less
// than the ones before. The agent has its own share of that.
const WARM_UP_SLICES = 20;
const IDLE_WINDOW_MS = 5000;

const NAME_WIDTH = 46;
const COLUMNS = [
  { title: 'CPU per request', width: 23, of: (one, other) => percent(other.cpuMicros / one.cpuMicros) },
  { title: 'requests/s', width: 23, of: (one, other) => percent(other.rate / one.rate) },
  { title: 'p50', width: 23, of: (one, other) => percent(other.p50Ms / one.p50Ms) },
  { title: 'p99', width: 23, of: (one, other) => percent(other.p99Ms / one.p99Ms) },
  { title: 'RSS in MB', width: 20, of: (one, other) => other.rssMegabytes - one.rssMegabytes },
];

const { values: options } = parseArgs({
  options: {
    processes: { type: 'string', default: '6' },
    pairs: { type: 'string', default: '16' },
    requests: { type: 'string', default: '3000' },
    idle: { type: 'string', default: '6' },
    only: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(HELP);
else await main();

async function main() {
  const [{ model }] = cpus();
  const places = isPinned ? ', server and load on a core each' : '';
  console.log(`Node ${process.version}, Linux ${release()}, ${cpus().length} × ${model}${places}\n`);
  const isWanted = ({ name }) => name.includes(options.only);
  const processes = Number(options.processes);
  const own = [NOISE, ...AGENTS].filter(isWanted);
  const peers = options['no-peers'] ? [] : PEERS.filter(isWanted);
  const present = peers.filter(({ isInstalled }) => isInstalled);

  console.log('Under load, compared with the bare server: mean of the middle half [95 % interval]');
  console.log(['', ...COLUMNS.map(({ title }) => title)].map(inColumn).join(' ').trimEnd());
  for (const variant of own) await printCompared(variant, processes);
  for (const peer of present) await printCompared(peer, Math.max(2, Math.round(processes * PEER_SHARE)));
  for (const { name, isInstalled } of peers)
    if (!isInstalled) console.log(`${name} is not installed: npm run bench:install`);

  if (Number(options.idle) > 0) await printIdle([BARE, ...AGENTS.filter(isWanted), ...present]);
  printSampleCosts();
}

async function printCompared(variant, processes) {
  try {
    console.log(await comparedRow(variant, processes));
  } catch (error) {
    console.log(`${variant.name} does not run: ${error.message}`);
  }
}

async function comparedRow(variant, processes) {
  const groups = [];
  let snapshots = 0;
  for (let count = 0; count < processes; count++) {
    const { pairs, taken } = await pairsOfSlices(variant, count % 2 === 0);
    groups.push(pairs);
    snapshots += taken;
  }
  const figures = COLUMNS.map(({ of }) =>
    told(estimate(groups.map((pairs) => pairs.map(([one, other]) => of(one, other))))),
  );
  const note = snapshots > 0 ? `  ${snapshots} snapshots fell into it` : '';
  return [variant.name, ...figures].map(inColumn).join(' ').trimEnd() + note;
}

/** Slices of a bare server and of one with the variant, both processes new; the snapshots that the latter took meanwhile. */
async function pairsOfSlices(variant, isBareFirst) {
  const order = isBareFirst ? [BARE, variant] : [variant, BARE];
  const servers = [];
  for (const one of order) servers.push(await startServer(one));
  const requests = Number(options.requests);
  const inTurn = async (turn) => {
    const slices = [];
    for (const index of turn) slices[index] = await servers[index].slice(requests);
    return isBareFirst ? slices : slices.toReversed();
  };
  for (let slice = 0; slice < WARM_UP_SLICES; slice++) await inTurn([0, 1]);
  const pairs = [];
  for (let pair = 0; pair < Number(options.pairs); pair++)
    pairs.push(await inTurn(pair % 2 === 0 ? [0, 1] : [1, 0]));
  let taken = 0;
  for (const server of servers) taken += await server.stop();
  return { pairs, taken };
}

/** All at the same time: what rests leaves the machine to the others. */
async function printIdle(variants) {
  const windows = Number(options.idle);
  console.log(
    `\nAt rest, ${windows} windows of ${IDLE_WINDOW_MS / 1000} s: share of one core [95 % interval], RSS`,
  );
  const rows = variants.map(async ({ name, ...variant }) => {
    try {
      const { shares, rssMegabytes } = await idleCost(variant, windows, IDLE_WINDOW_MS);
      const { middle, low, high } = estimate([shares.map((share) => share * 100)]);
      const share = `${middle.toFixed(3)} % [${low.toFixed(3)}, ${high.toFixed(3)}]`;
      return `${name.padEnd(NAME_WIDTH)} ${share.padEnd(24)} ${Math.round(rssMegabytes)} MB`;
    } catch (error) {
      return `${name} does not run: ${error.message}`;
    }
  });
  console.log((await Promise.all(rows)).join('\n'));
}

function printSampleCosts() {
  const script = fileURLToPath(new URL('overhead/samples.cjs', import.meta.url));
  const { rows, perRequest } = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  console.log('\nA sample, once a second, in nanoseconds of a process that does nothing else');
  const sum = rows.reduce((nanos, row) => nanos + row.nanos, 0);
  for (const { name, nanos } of [...rows, { name: 'together', nanos: sum }])
    console.log(`${name.padEnd(NAME_WIDTH)} ${Math.round(nanos)}`);
  console.log(`\nA request: ${Math.round(perRequest)} ns`);
}

function told({ middle, low, high }) {
  return `${signed(middle)} [${signed(low)}, ${signed(high)}]`;
}

function signed(number) {
  return (number < 0 ? '−' : '+') + Math.abs(number).toFixed(1);
}

/** Of a ratio, what it is more than one, in percent. */
function percent(ratio) {
  return (ratio - 1) * 100;
}

function inColumn(text, index) {
  return text.padEnd(index === 0 ? NAME_WIDTH : COLUMNS[index - 1].width);
}
