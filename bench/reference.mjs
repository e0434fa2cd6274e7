/**
 * Compares this engine with figures of Chrome DevTools that somebody wrote down: FOLDER holds, for each NAME, a snapshot
 * `NAME.heapsnapshot.gz` and `devtools-NAME.json` with totals, classes, distances, nodes and a checksum of all dominators.
 *
 *     npm run build && node bench/reference.mjs FOLDER
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const heap = createRequire(import.meta.url)('../dist/analyzer/heap/index.js');
const folder = process.argv[2];
let differences = 0;

function check(question, pairs) {
  const wrong = pairs.filter(([ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs));
  differences += wrong.length;
  const verdict = wrong.length === 0 ? 'same' : 'DIFFERENT';
  console.log(`${verdict.padEnd(10)}${question}: ${pairs.length - wrong.length} of ${pairs.length}`);
  for (const [ours, theirs] of wrong.slice(0, 3))
    console.log(`    ${JSON.stringify(ours)}; reference ${JSON.stringify(theirs)}`);
}

function dominatorChecksum(dominator) {
  return dominator.reduce((sum, ordinal) => (sum * 31 + ordinal) % 4294967291, 0);
}

function histogram(distance) {
  const counts = {};
  for (const value of distance) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

async function compare(name) {
  const reference = JSON.parse(readFileSync(join(folder, `devtools-${name}.json`), 'utf8'));
  const { graph, shallow, dominator, retained, classes } = await heap.openHeap(
    join(folder, `${name}.heapsnapshot.gz`),
  );
  const distance = heap.distances(graph);
  const summary = heap.summarizeClasses(graph, classes, { shallow, dominator, retained, distance });
  const byKey = new Map(summary.map((one) => [one.key, one]));
  console.log(`${name}: ${graph.nodeCount} nodes`);
  check('nodes, edges, bytes', [
    [graph.nodeCount, reference.nodeCount],
    [graph.edgeCount, reference.edgeCount],
    [retained[0] + graph.extraNativeBytes, reference.totalSize],
  ]);
  check('all dominators', [
    [dominatorChecksum(dominator), reference.dominatorChecksum_ordinals_mod4294967291_mul31],
  ]);
  check('sum of retained sizes', [
    [retained.reduce((sum, bytes) => sum + bytes), reference.sumOfRetainedSizes],
  ]);
  check(
    'nodes at each distance',
    Object.entries(reference.distanceHistogram).map(([at, count]) => [histogram(distance)[at], count]),
  );
  check(
    'distances',
    reference.sampledDistances200.map((one) => [distance[one.ordinal], one.distance]),
  );
  check(
    'nodes (id, class, shallow, retained, distance, dominator)',
    [...reference.top200ByRetained, ...reference.random200].map((one) => [
      [
        graph.nodeId[one.ordinal],
        classes.classNames[classes.classOf[one.ordinal]],
        shallow[one.ordinal],
        retained[one.ordinal],
        distance[one.ordinal],
        graph.nodeId[dominator[one.ordinal]],
      ],
      [one.id, one.className, one.shallow, one.retained, one.distance, one.dominatorId],
    ]),
  );
  check('number of classes', [[summary.length, reference.classCount]]);
  check(
    'classes (name, count, shallow, retained, distance)',
    reference.classes.map((one) => {
      const ours = byKey.get(one.key);
      return [
        ours && [ours.name, ours.objectCount, ours.shallowBytes, ours.retainedBytes, ours.distance],
        [one.name, one.count, one.shallow, one.retained, one.distance],
      ];
    }),
  );
  return graph;
}

function compareChanges(base, current, file) {
  const reference = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const byKey = new Map(heap.compareSnapshots(base, current).map((one) => [one.key, one]));
  console.log('comparison');
  check('number of classes that changed', [[byKey.size, reference.classCount]]);
  check(
    'changes (added, removed, bytes of both)',
    reference.classes.map((one) => {
      const ours = byKey.get(one.key);
      return [
        ours && [ours.addedCount, ours.removedCount, ours.addedBytes, ours.removedBytes],
        [one.addedCount, one.removedCount, one.addedSize, one.removedSize],
      ];
    }),
  );
}

const files = readdirSync(folder);
const names = files.flatMap((file) => /^devtools-(.*)\.json$/.exec(file)?.[1] ?? []);
const graphs = new Map();
for (const name of names.filter((one) => files.includes(`${one}.heapsnapshot.gz`)))
  graphs.set(name, await compare(name));
for (const name of names.filter((one) => one.endsWith('-diff'))) {
  const pair = name.replace(/-diff$/, '');
  compareChanges(graphs.get(`${pair}-before`), graphs.get(`${pair}-after`), `devtools-${name}.json`);
}
process.exitCode = differences === 0 ? 0 : 1;
