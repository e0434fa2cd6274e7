/**
 * A snapshot of a program that is many times as large as a given one, without the memory that V8 would need: copies of all its
 * nodes but the root, which has all their edges.
 *
 *     npm run build && node bench/make-copies.mjs FILE COPIES OUTPUT
 *
 * Eleven copies of 256 MB make 2.8 GB.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const heap = createRequire(import.meta.url)('../dist/analyzer/heap/index.js');
const [, , file, copyText, outputFile] = process.argv;
const copies = Number(copyText);
const FIELDS = 6;
const FLUSH_CHARACTERS = 1 << 22;

const graph = await heap.readSnapshot(file);
const { nodeCount, firstEdge, locations, strings } = graph;
const output = openSync(outputFile, 'w', 0o600);
let pending = '';

function write(text) {
  pending += text;
  if (pending.length >= FLUSH_CHARACTERS) flush();
}

function flush() {
  writeSync(output, pending, null, 'utf8');
  pending = '';
}

/** Where a node of a copy comes to stand; there is one root. */
function placeOf(node, copy) {
  return node === 0 ? 0 : node + copy * (nodeCount - 1);
}

function writeNode(node, copy, edgeCount) {
  const id = 2 * placeOf(node, copy) + 1;
  const separator = node === 0 ? '' : '\n,';
  write(
    `${separator}${graph.nodeType[node]},${graph.nodeName[node]},${id},${graph.selfSize[node]},${edgeCount},0`,
  );
}

function writeEdges(node, copy) {
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    const separator = edge === 0 && copy === 0 ? '' : '\n,';
    const to = placeOf(graph.edgeTo[edge], copy) * FIELDS;
    write(`${separator}${graph.edgeType[edge]},${graph.edgeName[edge]},${to}`);
  }
}

const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id'],
  node_types: [graph.nodeTypeNames, 'string', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [graph.edgeTypeNames, 'string_or_number', 'node'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
const header = {
  meta,
  node_count: 1 + copies * (nodeCount - 1),
  edge_count: copies * graph.edgeCount,
  trace_function_count: 0,
};
write(`{"snapshot":${JSON.stringify(header)},\n"nodes":[`);
writeNode(0, 0, copies * firstEdge[1]);
for (let copy = 0; copy < copies; copy++) {
  for (let node = 1; node < nodeCount; node++) writeNode(node, copy, firstEdge[node + 1] - firstEdge[node]);
}
write('],\n"edges":[');
for (let copy = 0; copy < copies; copy++) writeEdges(0, copy);
for (let copy = 0; copy < copies; copy++) {
  for (let node = 1; node < nodeCount; node++) writeEdges(node, copy);
}
write('],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[');
for (let copy = 0; copy < copies; copy++) {
  for (let index = 0; index < locations.count; index++) {
    const place = [locations.scriptId[index], locations.line[index], locations.column[index]];
    write(
      `${copy + index === 0 ? '' : '\n,'}${placeOf(locations.node[index], copy) * FIELDS},${place.join()}`,
    );
  }
}
write('],\n"strings":[');
for (let index = 0; index < strings.count; index++)
  write(`${index === 0 ? '' : ',\n'}${JSON.stringify(strings.get(index))}`);
write(']}');
flush();
closeSync(output);
