import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Classification } from './classes.ts';
import { readColumns, writeColumns } from './column-file.ts';
import type { Column, ColumnFile } from './column-file.ts';
import type { HeapGraph } from './graph.ts';
import type { Heap } from './open-heap.ts';
import { secondThreadFor } from './second-thread.ts';
import { ByteStrings } from './string-table.ts';

const INDEX_VERSION = 3; // changes with what the columns mean, also when an algorithm gives other numbers
const SAMPLE_BYTES = 1 << 16;

interface IndexMeta {
  readonly version: number;
  /** Of the snapshot the index was made from. */
  readonly fingerprint: string;
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeNames: readonly string[];
  readonly extraNativeBytes: number;
}

/** Where the index of a snapshot lies. */
export function indexPath(snapshotPath: string): string {
  return `${snapshotPath}.index`;
}

/**
 * Opens a heap from its index.
 * @returns null when there is none, or it belongs to another version or state of the snapshot, or is damaged
 */
export async function loadIndex(snapshotPath: string): Promise<Heap | null> {
  const thread = secondThreadFor(indexPath(snapshotPath));
  try {
    const fingerprint = fingerprintOf(snapshotPath);
    const accepts = (meta: unknown): boolean =>
      (meta as IndexMeta).version === INDEX_VERSION && (meta as IndexMeta).fingerprint === fingerprint;
    const file = await readColumns(indexPath(snapshotPath), accepts, thread);
    return file === null ? null : heapOf(file);
  } catch {
    return null; // an index only saves time: whatever is wrong with it, the snapshot itself is there
  } finally {
    await thread?.close();
  }
}

/** Writes the index of a heap beside its snapshot. @returns false when it could not be written */
export function saveIndex(snapshotPath: string, heap: Heap): boolean {
  const file = columnFileOf(heap, snapshotPath);
  if (file === null) return false;
  try {
    writeColumns(indexPath(snapshotPath), file);
    return true;
  } catch {
    return false; // a folder that can't be written, or no room left
  }
}

/** Tells one state of a file from another: by size, time, and both ends of the content. */
function fingerprintOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size, mtimeMs, ino } = fstatSync(file);
    const hash = createHash('sha256').update(`${size} ${mtimeMs} ${ino}`);
    const sample = Buffer.alloc(SAMPLE_BYTES);
    for (const offset of [0, Math.max(0, size - SAMPLE_BYTES)]) {
      hash.update(sample.subarray(0, readSync(file, sample, 0, SAMPLE_BYTES, offset)));
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

function columnFileOf(
  { graph, shallow, classes, dominator, retained }: Heap,
  snapshotPath: string,
): ColumnFile | null {
  const { strings, locations, detachedness } = graph;
  const { classOf, ...classTexts } = classes;
  if (!(strings instanceof ByteStrings)) return null;
  const meta: IndexMeta = {
    version: INDEX_VERSION,
    fingerprint: fingerprintOf(snapshotPath),
    nodeTypeNames: graph.nodeTypeNames,
    edgeTypeNames: graph.edgeTypeNames,
    extraNativeBytes: graph.extraNativeBytes,
  };
  return {
    meta,
    columns: {
      nodeType: graph.nodeType,
      nodeName: graph.nodeName,
      nodeId: graph.nodeId,
      selfSize: graph.selfSize,
      ...(detachedness === null ? {} : { detachedness }),
      firstEdge: graph.firstEdge,
      edgeType: graph.edgeType,
      edgeName: graph.edgeName,
      edgeTo: graph.edgeTo,
      locationNode: locations.node,
      scriptId: locations.scriptId,
      line: locations.line,
      column: locations.column,
      stringBytes: strings.parts.bytes,
      stringStarts: strings.parts.starts,
      stringEnds: strings.parts.ends,
      shallow,
      classOf,
      classTexts: Buffer.from(JSON.stringify(classTexts)),
      dominator,
      retained,
    },
  };
}

function heapOf({ meta, columns }: ColumnFile): Heap {
  const { nodeTypeNames, edgeTypeNames, extraNativeBytes } = meta as IndexMeta;
  const u8 = (name: string): Uint8Array => typed(columns[name], Uint8Array);
  const u32 = (name: string): Uint32Array => typed(columns[name], Uint32Array);
  const sizes = (name: string): Uint32Array | Float64Array =>
    columns[name] instanceof Float64Array ? columns[name] : u32(name);
  const graph: HeapGraph = {
    nodeCount: u8('nodeType').length,
    edgeCount: u8('edgeType').length,
    nodeTypeNames,
    edgeTypeNames,
    extraNativeBytes,
    nodeType: u8('nodeType'),
    nodeName: u32('nodeName'),
    nodeId: u32('nodeId'),
    selfSize: sizes('selfSize'),
    detachedness: 'detachedness' in columns ? u8('detachedness') : null,
    firstEdge: u32('firstEdge'),
    edgeType: u8('edgeType'),
    edgeName: u32('edgeName'),
    edgeTo: u32('edgeTo'),
    locations: {
      count: u32('locationNode').length,
      node: u32('locationNode'),
      scriptId: u32('scriptId'),
      line: u32('line'),
      column: u32('column'),
    },
    strings: new ByteStrings({
      bytes: u8('stringBytes'),
      starts: u32('stringStarts'),
      ends: u32('stringEnds'),
    }),
  };
  return {
    graph,
    shallow: sizes('shallow'),
    classes: { classOf: u32('classOf'), ...(JSON.parse(textOf(u8('classTexts'))) as ClassTexts) },
    dominator: u32('dominator'),
    retained: sizes('retained'),
  };
}

type ClassTexts = Omit<Classification, 'classOf'>;

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function typed<Kind extends Column>(column: Column | undefined, kind: new (length: number) => Kind): Kind {
  if (column instanceof kind) return column;
  throw new TypeError('The index lacks a column.');
}
