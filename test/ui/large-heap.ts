import { closeSync, openSync, writeSync } from 'node:fs';

const SESSIONS = 1_000_000;
const TEXTS = 200_000;
const TEXT_LENGTH = 1000;

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
  node_types: [
    ['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic'],
    'string',
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
const FIELDS = META.node_fields.length;
const NAMES = ['', 'sessions', 'Array', 'Session', 'text'];
const [STRING, OBJECT, SYNTHETIC] = [2, 3, 9];
const [ELEMENT, PROPERTY] = [1, 2];

/**
 * Writes a snapshot of 256 MB: an Array `sessions` of a million sessions, five of which each share one of 200,000 texts of a
 * thousand letters, `visitor 0 xxx…`.
 */
export function writeLargeSnapshot(path: string): void {
  const file = openSync(path, 'w', 0o600);
  const counts = { node_count: 2 + SESSIONS + TEXTS, edge_count: 1 + 2 * SESSIONS, trace_function_count: 0 };
  writeSync(
    file,
    `{"snapshot":{"meta":${JSON.stringify(META)},${JSON.stringify(counts).slice(1)},\n"nodes":[`,
  );
  writeSync(file, `${SYNTHETIC},0,1,0,1\n,${OBJECT},2,3,16,${SESSIONS}\n`);
  writeLines(file, SESSIONS, (i) => `,${OBJECT},3,${5 + 2 * i},32,1\n`);
  writeLines(file, TEXTS, (i) => `,${STRING},${NAMES.length + i},${5 + 2 * (SESSIONS + i)},1016,0\n`);
  writeSync(file, `],\n"edges":[${PROPERTY},1,${FIELDS}\n`);
  writeLines(file, SESSIONS, (i) => `,${ELEMENT},${i},${FIELDS * (2 + i)}\n`);
  writeLines(file, SESSIONS, (i) => `,${PROPERTY},4,${FIELDS * (2 + SESSIONS + (i % TEXTS))}\n`);
  writeSync(file, `],\n"locations":[],\n"strings":[${NAMES.map((name) => JSON.stringify(name)).join(',\n')}`);
  writeLines(file, TEXTS, (i) => `,\n"${`visitor ${i} `.padEnd(TEXT_LENGTH, 'x')}"`);
  writeSync(file, ']}');
  closeSync(file);
}

const LINES_AT_ONCE = 10_000;

function writeLines(file: number, count: number, line: (i: number) => string): void {
  for (let start = 0; start < count; start += LINES_AT_ONCE) {
    let text = '';
    for (let i = start; i < Math.min(count, start + LINES_AT_ONCE); i++) text += line(i);
    writeSync(file, text);
  }
}
