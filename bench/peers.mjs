/**
 * This engine beside others on the same files, in one run:
 *
 *     npm run bench:peers -- [--folder DIR] [--sizes 6,52,256,1040,2730] [--only NAME,NAME] [--runs 3]
 *
 * Makes the files it lacks (sizes in MB, a pair each up to 300 MB) in a folder outside of the tree, and prints per file and
 * engine the median seconds, MB/s, peak memory and ratio to Chrome DevTools; at last this engine's figures by size, and how long
 * it takes to open a file again from its index. Asserts nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestants } from './peers/contestants.mjs';

const BASE_MB = 4; // a snapshot of an empty program
const MB_PER_TENANT = 0.3735;
const MAX_PAIR_MB = 300; // larger pairs take longer to make than they teach
const HEAP_MB = 18_000;

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'leakwatch-bench') },
    sizes: { type: 'string', default: '6,52,256' },
    only: {
      type: 'string',
      default: Object.keys(contestants)
        .filter((name) => !contestants[name].isExtra)
        .join(','),
    },
    runs: { type: 'string', default: '1' },
  },
});

const bySize = []; // this engine's results

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** @returns the paths of a snapshot of about that size, and of a later one of the same process if it is not too large */
function filesOf(megabytes) {
  const paths = [join(options.folder, `${megabytes}.heapsnapshot`)];
  if (megabytes <= MAX_PAIR_MB) paths.push(join(options.folder, `${megabytes}-later.heapsnapshot`));
  if (paths.every((path) => existsSync(path))) return paths;
  mkdirSync(options.folder, { recursive: true });
  const tenants = Math.max(1, Math.round((megabytes - BASE_MB) / MB_PER_TENANT));
  console.log(`making ${paths.join(' and ')} …`);
  const parts = paths.map((path) => `${path}.part`);
  spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, script('make-heap.mjs'), String(tenants), ...parts],
    {
      stdio: 'inherit',
    },
  );
  paths.forEach((path) => renameSync(`${path}.part`, path));
  return paths;
}

/** @returns { seconds, peakBytes } of the median run; null when it failed */
function measure(name, files) {
  const runs = Array.from({ length: Number(options.runs) }, () => runOnce(name, files));
  return runs.includes(null)
    ? null
    : runs.toSorted((left, right) => left.seconds - right.seconds)[runs.length >> 1];
}

function runOnce(name, files) {
  const heap = name.startsWith('leakwatch') ? [] : [`--max-old-space-size=${HEAP_MB}`];
  const { status, stdout } = spawnSync(process.execPath, [...heap, script('peers/run.mjs'), name, ...files], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)) : null;
}

function printRow(name, result, fileBytes, reference) {
  if (result === null) {
    console.log(`  ${name.padEnd(34)} fails`);
    return;
  }
  const { seconds, peakBytes } = result;
  const columns = [
    `${seconds.toFixed(2)} s`.padStart(10),
    `${(fileBytes / 1e6 / seconds).toFixed(0)} MB/s`.padStart(10),
    `${(peakBytes / 1e6).toFixed(0)} MB`.padStart(10),
    `${(peakBytes / fileBytes).toFixed(2)}× file`.padStart(14),
    reference === null ? '' : `${(reference.seconds / seconds).toFixed(1)}× as fast`.padStart(15),
  ];
  console.log(`  ${name.padEnd(34)}${columns.join('')}`);
}

function printTable(title, files, isWanted) {
  const fileBytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  console.log(`\n${title}, ${(fileBytes / 1e6).toFixed(1)} MB`);
  let reference = null;
  for (const name of options.only.split(',').filter(isWanted)) {
    const result = measure(name, files);
    reference ??= result;
    printRow(name, result, fileBytes, reference);
    if (name === 'leakwatch' && files.length === 1 && result !== null)
      bySize.push({ file: files[0], fileBytes, ...result });
  }
}

/** Whether time and memory grow as the file does. */
function printBySize() {
  if (bySize.length === 0) return;
  console.log('\nleakwatch by size');
  for (const { file, fileBytes, seconds, peakBytes } of bySize) {
    const first = runOnce('leakwatch with index', [file]); // makes it
    const again = first && runOnce('leakwatch with index', [file]);
    rmSync(`${file}.index`, { force: true });
    const columns = [
      `${(fileBytes / 1e6).toFixed(0)} MB`.padStart(10),
      `${seconds.toFixed(2)} s`.padStart(10),
      `${((seconds / fileBytes) * 1e9).toFixed(1)} ns/byte`.padStart(14),
      `${(peakBytes / fileBytes).toFixed(2)}× file`.padStart(14),
      again === null ? '' : `${again.seconds.toFixed(2)} s from its index`.padStart(24),
    ];
    console.log(columns.join(''));
  }
}

for (const size of options.sizes.split(',').map(Number)) {
  const files = filesOf(size);
  printTable('load, dominators, retained sizes, classes', files.slice(0, 1), (name) => name in contestants);
  if (files.length === 2)
    printTable('comparison of a pair', files, (name) => typeof contestants[name]?.comparison === 'function');
}
printBySize();
