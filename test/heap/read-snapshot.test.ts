import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeLabel, openHeap, readSnapshot, SnapshotError } from '../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../analyzer/heap/index.ts';
import { snapshotParts, snapshotText } from './snapshot-text.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-heap-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array): string {
  const path = join(folder, 'test.heapsnapshot');
  writeFileSync(path, content);
  return path;
}

async function faultOf(content: string | Uint8Array): Promise<SnapshotError> {
  const error: unknown = await readSnapshot(file(content)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SnapshotError);
  return error as SnapshotError;
}

describe('readSnapshot', () => {
  it('reads every column', async () => {
    const graph = await readSnapshot(file(snapshotText()));
    expect([graph.nodeCount, graph.edgeCount]).toEqual([4, 3]);
    expect([...graph.nodeId]).toEqual([1, 3, 5, 7]);
    expect([...graph.selfSize]).toEqual([0, 8, 16, 32]);
    expect([...graph.firstEdge]).toEqual([0, 1, 2, 3, 3]);
    expect([...graph.edgeTo]).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((edge) => edgeLabel(graph, edge))).toEqual(['global', 'list', '0']);
    expect([...graph.nodeName].map((name) => graph.strings.get(name))).toEqual([
      '(root)',
      'global',
      'Array',
      'héllo\n"\\',
    ]);
    expect(graph.strings.indexOf('héllo\n"\\')).toBe(4);
    expect(graph.strings.indexOf('lis')).toBe(-1);
    expect({ ...graph.locations }).toEqual({
      count: 1,
      node: Uint32Array.of(2),
      scriptId: Uint32Array.of(81),
      line: Uint32Array.of(2),
      column: Uint32Array.of(5),
    });
  });

  it('reads fields in any order, sections it does not know, and a file without locations', async () => {
    const { snapshot, nodes, edges, strings } = snapshotParts();
    const meta = withoutKey(snapshot.meta, 'location_fields');
    const graph = await readSnapshot(
      file(
        snapshotText({
          snapshot: {
            ...snapshot,
            meta: {
              ...meta,
              node_fields: ['id', 'edge_count', 'self_size', 'name', 'type'],
              node_types: ['number', 'number', 'number', 'string', (meta.node_types as unknown[])[0]],
            },
          },
          nodes: rows(nodes, 7).flatMap(([type, name, id, size, edgeCount]) => [
            id,
            edgeCount,
            size,
            name,
            type,
          ]),
          news: { deep: [[[{}]], 'a "]" b', -1.5e3, null] },
          edges: rows(edges, 3).flatMap(([type, name, to]) => [type, name, (to / 7) * 5]),
          strings,
        }),
      ),
    );
    expect([...graph.nodeId]).toEqual([1, 3, 5, 7]);
    expect([...graph.edgeTo]).toEqual([1, 2, 3]);
    expect(graph.detachedness).toBeNull();
    expect(graph.locations.count).toBe(0);
  });

  it('keeps self sizes over 4 GiB', async () => {
    const parts = snapshotParts();
    parts.nodes[3 * 7 + 3] = 5_000_000_000;
    const graph = await readSnapshot(file(snapshotText(parts)));
    expect([...graph.selfSize]).toEqual([0, 8, 16, 5_000_000_000]);
  });

  it('reads what this Node writes just as JSON.parse does', async () => {
    const path = join(folder, 'own.heapsnapshot');
    writeHeapSnapshot(path);
    const graph = await readSnapshot(path);
    const json = JSON.parse(readFileSync(path, 'utf8')) as JsonSnapshot;
    expectSameColumns(graph, json);
    expect(json.strings.findIndex((text, index) => graph.strings.get(index) !== text)).toBe(-1);
  });

  it('tells how far it is, and stops when told to', async () => {
    const path = file(snapshotText());
    const seen: unknown[] = [];
    await readSnapshot(path, { onProgress: (progress) => seen.push(progress) });
    const totalBytes = Buffer.byteLength(snapshotText());
    expect(seen.at(-1)).toEqual({ doneBytes: totalBytes, totalBytes });
    await expect(readSnapshot(path, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});

describe('what is no snapshot', () => {
  it('is told by its kind', async () => {
    expect((await faultOf('')).code).toBe('EMPTY');
    const missing = await readSnapshot(join(folder, 'none')).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: 'NOT_FOUND' });
    const directory = await readSnapshot(folder).catch((error: unknown) => error);
    expect(directory).toMatchObject({ code: 'IS_DIRECTORY' });
  });

  it.each(['pipe', 'device'])('is not waited for when it is a %s', async (kind) => {
    const pipe = join(folder, 'pipe.heapsnapshot');
    if (kind === 'pipe') execFileSync('mkfifo', [pipe]);
    const special = kind === 'pipe' ? pipe : '/dev/zero';
    await expect(readSnapshot(special)).rejects.toThrow(`${special} is a ${kind}, not a file.`);
    await expect(openHeap(special, { index: true })).rejects.toMatchObject({ code: 'NOT_A_FILE' });
  });

  it.each([
    ['hello, world\n', 'text'],
    ['\x00\x01\x02', 'binary data'],
    ['{"nodes":[{"id":1,"callFrame":{}}]}', 'CPU profile'],
    ['{"head":{"callFrame":{}}}', 'heap profile'],
    ['{"name":"leakwatch"}', 'JSON of another kind'],
    ['   \n', 'nothing but white space'],
  ])('is told by what it looks like: %j', async (content, kind) => {
    const error = await faultOf(content);
    expect(error.code).toBe('NOT_A_SNAPSHOT');
    expect(error.message).toContain(kind);
  });
});

describe('a damaged snapshot', () => {
  it('is refused wherever it ends', async () => {
    const text = snapshotText();
    const codes = new Set<string>();
    for (let length = 1; length < Buffer.byteLength(text); length++) {
      codes.add((await faultOf(Buffer.from(text).subarray(0, length))).code);
    }
    expect([...codes].toSorted()).toEqual(['NOT_A_SNAPSHOT', 'TRUNCATED']);
  });

  it('is told to be cut when it is too short for what its header announces', async () => {
    const parts = snapshotParts();
    parts.snapshot.node_count = 1e9;
    const error = await faultOf(snapshotText(parts));
    expect(error.code).toBe('TRUNCATED');
    expect(error.message).toContain(
      'announces 1000000000 nodes and 3 edges, which take at least 14000000018 bytes; the file has ',
    );
  });

  it.each<[string, (parts: ReturnType<typeof snapshotParts>) => object, string, string]>([
    [
      'an edge to nowhere',
      (parts) => withNumber(parts.edges, 2, 700, parts),
      'edges',
      'edge 0 points to 700',
    ],
    ['an edge into a node', (parts) => withNumber(parts.edges, 2, 8, parts), 'edges', 'edge 0 points to 8'],
    ['an unknown node type', (parts) => withNumber(parts.nodes, 7, 99, parts), 'nodes', 'a node has type 99'],
    ['an unknown string', (parts) => withNumber(parts.nodes, 8, 99, parts), 'nodes', 'string 99'],
    ['an unknown edge name', (parts) => withNumber(parts.edges, 4, 99, parts), 'edges', 'string 99'],
    ['too many edges', (parts) => withNumber(parts.nodes, 4, 99, parts), 'nodes', 'claim 101 edges'],
    [
      'too few nodes',
      (parts) => ({ ...parts, nodes: parts.nodes.slice(7) }),
      'nodes',
      '3 nodes instead of the 4',
    ],
    [
      'too many nodes',
      (parts) => ({ ...parts, nodes: [...parts.nodes, 1] }),
      'nodes',
      'more than the 4 nodes',
    ],
    ['a negative number', (parts) => withNumber(parts.edges, 4, -1, parts), 'edges', 'expected a number'],
    ['a location of nothing', (parts) => withNumber(parts.locations, 0, 3, parts), 'locations', 'location 0'],
    ['a missing section', (parts) => withoutKey(parts, 'strings'), 'strings', 'missing'],
    [
      'no meta',
      (parts) => ({ ...parts, snapshot: { node_count: 4, edge_count: 3 } }),
      'snapshot',
      'meta" is missing',
    ],
  ])('is told by section and fault: %s', async (_name, change, section, message) => {
    const error = await faultOf(snapshotText(change(snapshotParts())));
    expect(error).toMatchObject({ code: 'MALFORMED', section });
    expect(error.message).toContain(message);
  });
});

function withoutKey(record: object, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** The parts after one number of a section was changed. */
function withNumber(section: number[], index: number, value: number, parts: object): object {
  section[index] = value;
  return parts;
}

function rows(numbers: readonly number[], fieldCount: number): number[][] {
  return Array.from({ length: numbers.length / fieldCount }, (_, row) =>
    numbers.slice(row * fieldCount, (row + 1) * fieldCount),
  );
}

interface JsonSnapshot {
  readonly snapshot: { meta: { node_fields: string[]; edge_fields: string[]; location_fields: string[] } };
  readonly nodes: number[];
  readonly edges: number[];
  readonly locations: number[];
  readonly strings: string[];
}

function expectSameColumns(graph: HeapGraph, json: JsonSnapshot): void {
  const {
    node_fields: nodeFields,
    edge_fields: edgeFields,
    location_fields: locationFields,
  } = json.snapshot.meta;
  const nodeColumn = (field: string): number[] => columnOf(json.nodes, nodeFields, field);
  const edgeColumn = (field: string): number[] => columnOf(json.edges, edgeFields, field);
  expect(Buffer.compare(bytes(graph.nodeType), bytes(Uint8Array.from(nodeColumn('type'))))).toBe(0);
  expect(Buffer.compare(bytes(graph.nodeName), bytes(Uint32Array.from(nodeColumn('name'))))).toBe(0);
  expect(Buffer.compare(bytes(graph.nodeId), bytes(Uint32Array.from(nodeColumn('id'))))).toBe(0);
  expect(Buffer.compare(bytes(graph.selfSize), bytes(Uint32Array.from(nodeColumn('self_size'))))).toBe(0);
  expect(Buffer.compare(bytes(graph.edgeName), bytes(Uint32Array.from(edgeColumn('name_or_index'))))).toBe(0);
  const edgeTo = edgeColumn('to_node').map((to) => to / nodeFields.length);
  expect(Buffer.compare(bytes(graph.edgeTo), bytes(Uint32Array.from(edgeTo)))).toBe(0);
  expect(graph.locations.count).toBe(json.locations.length / locationFields.length);
}

function columnOf(numbers: readonly number[], fields: readonly string[], field: string): number[] {
  const offset = fields.indexOf(field);
  return numbers.filter((_, index) => index % fields.length === offset);
}

function bytes(column: Uint8Array | Uint32Array | Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}
