/**
 * Compares this engine with Chrome DevTools' own, node by node and class by class; of a pair of files also the comparison.
 *
 *     npm run parity -- FILE [LATER-FILE]
 *
 * Prints a line per question and exits with 1 when an answer differs in a way that docs/parity.md does not explain.
 */
import { createRequire } from 'node:module';
import { classesInDevTools, compareInDevTools, openInDevTools } from './peers/devtools.mjs';

const require = createRequire(import.meta.url);
const heap = require('../dist/analyzer/heap/index.js');
const MAX_EXAMPLES = 5;
let differences = 0;
console.warn = () => {}; // DevTools lists unreachable nodes there

/** Prints whether two answers to one question are the same, and the first cases where not. */
function report(question, asked, examples) {
  differences += examples.length;
  console.log(
    `${examples.length === 0 ? 'same' : 'DIFFERENT'}  ${question}: ${asked - examples.length} of ${asked}`,
  );
  for (const example of examples.slice(0, MAX_EXAMPLES)) console.log(`    ${example}`);
}

function compareColumn(question, ours, theirs) {
  const examples = [];
  for (let node = 0; node < theirs.length; node++) {
    if (ours[node] !== theirs[node]) examples.push(`node ${node}: ${ours[node]}, DevTools ${theirs[node]}`);
  }
  report(question, theirs.length, examples);
}

/** Values of both by key, as one text per key. */
function compareByKey(question, ours, theirs) {
  const keys = [...new Set([...ours.keys(), ...theirs.keys()])];
  const examples = keys
    .filter((key) => ours.get(key) !== theirs.get(key))
    .map((key) => `${key}: ${ours.get(key) ?? 'none'}; DevTools ${theirs.get(key) ?? 'none'}`);
  report(question, keys.length, examples);
}

async function analyze(file) {
  const { graph, shallow, dominator, retained, classes } = await heap.openHeap(file);
  const distance = heap.distances(graph);
  const summary = heap.summarizeClasses(graph, classes, { shallow, dominator, retained, distance });
  return {
    graph,
    shallow,
    dominator,
    retained,
    distance,
    classes,
    summary,
    retainers: heap.retainers(graph),
  };
}

/**
 * DevTools gives two classes of one key when a class name is both a string of the file and a name it made itself (`Function`
 * of all closures, and of an object called Function), and shows only the one found last. We merge them.
 */
function keysDevToolsShadows(snapshot) {
  const indexes = new Map();
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    node.nodeIndex = ordinal * snapshot.nodeFieldCount;
    const key = node.classKeyInternal();
    if (typeof key !== 'number' || node.selfSize() === 0) continue;
    const name = `,${node.className()}`;
    indexes.set(name, (indexes.get(name) ?? new Set()).add(key));
  }
  return new Set([...indexes].filter(([, keys]) => keys.size > 1).map(([name]) => name));
}

function compareNodes(ours, snapshot) {
  const { nodeCount, nodeFieldCount } = snapshot;
  const node = snapshot.createNode(0);
  const shallow = new Float64Array(nodeCount);
  const className = [];
  for (let ordinal = 0; ordinal < nodeCount; ordinal++) {
    node.nodeIndex = ordinal * nodeFieldCount;
    shallow[ordinal] = node.selfSize();
    className.push(node.className());
  }
  const total = ours.retained[0] + ours.graph.extraNativeBytes;
  report('total size', 1, total === snapshot.totalSize ? [] : [`${total}; DevTools ${snapshot.totalSize}`]);
  compareColumn('shallow size', ours.shallow, shallow);
  compareColumn('dominator', ours.dominator, snapshot.dominatorsTree);
  compareColumn('retained size', ours.retained, snapshot.retainedSizes);
  compareColumn('distance', ours.distance, snapshot.nodeDistances);
  compareColumn('first retainer', ours.retainers.firstRetainer, snapshot.firstRetainerIndex);
  const { classOf, classNames } = ours.classes;
  compareColumn(
    'class name',
    Array.from(classOf, (index) => classNames[index]),
    className,
  );
}

function compareClasses(ours, snapshot, shadowed) {
  const theirs = Object.entries(classesInDevTools(snapshot)).filter(([key]) => !shadowed.has(key));
  const known = ours.summary.filter(({ key }) => !shadowed.has(key));
  compareByKey(
    'class (count, shallow, retained, distance)',
    new Map(
      known.map((one) => [
        one.key,
        [one.objectCount, one.shallowBytes, one.retainedBytes, one.distance].join(' '),
      ]),
    ),
    new Map(theirs.map(([key, one]) => [key, [one.count, one.self, one.maxRet, one.distance].join(' ')])),
  );
}

function compareChanges(changes, diff, shadowed) {
  const ours = changes.filter(({ key }) => !shadowed.has(key));
  compareByKey(
    'change of a class (added, removed, bytes of both)',
    new Map(
      ours.map((one) => [
        one.key,
        [one.addedCount, one.removedCount, one.addedBytes, one.removedBytes].join(' '),
      ]),
    ),
    new Map(
      Object.entries(diff)
        .filter(([key]) => !shadowed.has(key))
        .map(([key, one]) => [
          key,
          [one.addedCount, one.removedCount, one.addedSize, one.removedSize].join(' '),
        ]),
    ),
  );
}

async function compareFile(file) {
  const { snapshot, close } = await openInDevTools(file);
  const ours = await analyze(file);
  const shadowed = keysDevToolsShadows(snapshot);
  console.log(`${file}: ${ours.graph.nodeCount} nodes, ${ours.graph.edgeCount} edges`);
  compareNodes(ours, snapshot);
  compareClasses(ours, snapshot, shadowed);
  if (shadowed.size > 0)
    console.log(`left out  classes of which DevTools shows a part: ${[...shadowed].join(' ')}`);
  return { ours, snapshot, shadowed, close };
}

const files = process.argv.slice(2);
const opened = [];
for (const file of files) opened.push(await compareFile(file));
if (opened.length === 2) {
  const [base, current] = opened;
  const diff = compareInDevTools(base.snapshot, current.snapshot);
  const changes = heap.compareSnapshots(base.ours.graph, current.ours.graph);
  compareChanges(changes, diff, new Set([...base.shadowed, ...current.shadowed]));
}
for (const { close } of opened) await close();
process.exitCode = differences === 0 ? 0 : 1;
