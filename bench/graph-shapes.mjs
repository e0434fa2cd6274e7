/**
 * This engine's algorithms on heaps that make others explode: a list, a star, a grid, a half that nothing reaches.
 *
 *     npm run build && node bench/graph-shapes.mjs [--nodes 1250000,2500000,5000000]
 *
 * Prints seconds, and nanoseconds by node, which stay the same where an algorithm is linear. Asserts nothing.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const heap = createRequire(import.meta.url)('../dist/analyzer/heap/index.js');
const { values: options } = parseArgs({
  options: { nodes: { type: 'string', default: '1250000,2500000,5000000' } },
});

/** Name -> targets of a node among `count`. */
const SHAPES = {
  list: (node, count) => (node < count - 1 ? [node + 1] : []),
  star: (node) => (node === 1 ? 'all' : []),
  grid: (node, count) => {
    const width = Math.floor(Math.sqrt(count));
    const right = (node - 1) % width < width - 1 ? [node + 1] : [];
    return [...right, node + width].filter((target) => target < count);
  },
  'unreachable half': (node, count) => {
    const half = count >> 1;
    return node < half ? [Math.min(node + 1, half - 1)] : [node === half ? count - 1 : node - 1];
  },
};

/** A graph of `count` objects; the root has one edge, to its global object 1. */
function graphOf(shape, count) {
  const firstEdge = new Uint32Array(count + 1);
  const edgeTo = new Uint32Array(2 * count + 2);
  let edges = 0;
  for (let node = 0; node < count; node++) {
    firstEdge[node] = edges;
    const targets = node === 0 ? [1] : SHAPES[shape](node, count);
    if (targets === 'all') for (let target = 2; target < count; target++) edgeTo[edges++] = target;
    else for (const target of targets) edgeTo[edges++] = target;
  }
  firstEdge[count] = edges;
  const none = new Uint32Array(0);
  return {
    nodeCount: count,
    edgeCount: edges,
    nodeTypeNames: ['object'],
    edgeTypeNames: ['property', 'shortcut'],
    nodeType: new Uint8Array(count),
    nodeName: new Uint32Array(count),
    nodeId: Uint32Array.from({ length: count }, (_, node) => 2 * node + 1),
    selfSize: new Uint32Array(count).fill(16),
    detachedness: null,
    firstEdge,
    edgeType: new Uint8Array(edges).fill(1, 0, 1),
    edgeName: new Uint32Array(edges),
    edgeTo: edgeTo.slice(0, edges),
    locations: { count: 0, node: none, scriptId: none, line: none, column: none },
    strings: {
      count: 1,
      get: () => 'Thing',
      indexOf: (text) => (text === 'Thing' ? 0 : -1),
      indexesContaining: () => [],
    },
    extraNativeBytes: 0,
  };
}

function timed(work) {
  const startedAt = performance.now();
  return { result: work(), seconds: (performance.now() - startedAt) / 1000 };
}

for (const shape of Object.keys(SHAPES)) {
  console.log(`\n${shape}`);
  for (const count of options.nodes.split(',').map(Number)) {
    const graph = graphOf(shape, count);
    const shallow = timed(() => heap.shallowBytes(graph));
    const dominators = timed(() => heap.immediateDominators(graph));
    const retained = timed(() => heap.retainedBytes(graph, dominators.result, shallow.result));
    const distances = timed(() => heap.distances(graph));
    const classes = timed(() =>
      heap.summarizeClasses(graph, heap.classify(graph), {
        shallow: shallow.result,
        dominator: dominators.result,
        retained: retained.result,
      }),
    );
    const parts = { shallow, dominators, retained, distances, classes };
    const total = Object.values(parts).reduce((sum, { seconds }) => sum + seconds, 0);
    const words = Object.entries(parts).map(([name, { seconds }]) => `${name} ${seconds.toFixed(2)}`);
    console.log(
      `${String(count).padStart(10)} nodes ${total.toFixed(2).padStart(7)} s ${((total / count) * 1e9).toFixed(0).padStart(5)} ns/node  (${words.join(', ')})`,
    );
  }
}
