/**
 * A snapshot file no program wrote, for what V8 would take hours to make: tens of millions of nodes, files over 4 GiB, strings
 * longer together than V8's longest string.
 *
 *     node bench/make-wide.mjs NODES FILE [STRING-MEGABYTES]
 *
 * Node 0 is the root and node 1 its global object. Each node has an edge to the next and one to a node up to
 * 1000 before, by seed; so the list is as long as the file has nodes. 62000000 nodes make 3.2 GB.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const [, , nodeText, file, stringMegabytes = '0'] = process.argv;
const nodeCount = Number(nodeText);
const FIELDS = 7;
const NEAR = 1000; // objects mostly point to what was made with them
const FLUSH_CHARACTERS = 1 << 22;
const STRING = 'a string of a kibibyte '.repeat(45).slice(0, 1000);

const output = openSync(file, 'w', 0o600);
let pending = '';

function write(text) {
  pending += text;
  if (pending.length < FLUSH_CHARACTERS) return;
  writeSync(output, pending, null, 'latin1');
  pending = '';
}

/** How many edges a node has: two, but for the ends of the list. */
function edgesOf(node) {
  if (node === 0) return 1;
  return node === nodeCount - 1 ? 1 : 2;
}

const edgeCount = 2 * (nodeCount - 2) + 2;
const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  node_types: [
    ['hidden', 'array', 'string', 'object', 'synthetic'],
    'string',
    'number',
    'number',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [
    ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    'string_or_number',
    'node',
  ],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
write(
  `{"snapshot":${JSON.stringify({ meta, node_count: nodeCount, edge_count: edgeCount, trace_function_count: 0 })},\n"nodes":[`,
);
for (let node = 0; node < nodeCount; node++) {
  write(
    `${node === 0 ? '4' : '\n,3'},${node % 3},${2 * node + 1},${node === 0 ? 0 : 16 + (node % 5) * 8},${edgesOf(node)},0,0`,
  );
}
write('],\n"edges":[5,0,7');
let state = 1;
for (let node = 1; node < nodeCount; node++) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  if (node < nodeCount - 1) write(`\n,2,1,${(node + 1) * FIELDS}`);
  write(`\n,2,2,${(node - (state % Math.min(node, NEAR))) * FIELDS}`);
}
write(
  '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[],\n"strings":["global",\n"next",\n"back"',
);
for (let count = Number(stringMegabytes) * 1000; count > 0; count--) write(`,\n"${count}${STRING}"`);
write(']}');
writeSync(output, pending, null, 'latin1');
closeSync(output);
