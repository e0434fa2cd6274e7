import { Byte, ByteCursor } from './byte-cursor.ts';
import { openSource } from './byte-source.ts';
import { EdgeColumns } from './edge-columns.ts';
import type { HeapGraph, LocationTable, StringTable } from './graph.ts';
import { readKey, skipValue } from './json-values.ts';
import { layoutOf } from './layout.ts';
import type { SnapshotLayout } from './layout.ts';
import { LocationColumns } from './location-columns.ts';
import { looksLike } from './looks-like.ts';
import { checkMemory, memoryNeed } from './memory-need.ts';
import { NodeColumns } from './node-columns.ts';
import { readRecords, RecordBatch } from './number-batch.ts';
import type { RecordSink } from './number-batch.ts';
import { malformed, SnapshotError } from './snapshot-error.ts';
import { StringCollector } from './string-table.ts';

export interface ReadOptions {
  /** Stops the reading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** A snapshot that needs more is refused before it is loaded; by default what the system has free. */
  readonly memoryLimitBytes?: number;
}

export interface ReadProgress {
  readonly doneBytes: number;
  /** null when it is not known before the end. */
  readonly totalBytes: number | null;
}

const MAX_HEADER_BYTES = 1 << 20; // V8's is 2 KB

/**
 * Reads a V8 heap snapshot into columns, streaming: never a string of the whole file, never an object per node or edge.
 * @param path a file, plain or packed by gzip or zstd; `-` for standard input
 * @throws SnapshotError saying what the file is instead, the section and offset of the damage, or that memory is short
 */
export async function readSnapshot(path: string, options: ReadOptions = {}): Promise<HeapGraph> {
  const source = await openSource(path);
  try {
    const cursor = new ByteCursor(source, (doneBytes) => {
      options.signal?.throwIfAborted();
      options.onProgress?.({ doneBytes, totalBytes: source.totalBytes });
    });
    return await new SnapshotReader(cursor, path, options.memoryLimitBytes).read();
  } catch (error) {
    throw error instanceof RangeError ? allocationFault(error) : error;
  } finally {
    await source.close();
  }
}

/** V8 and Node refuse lengths they can't hold, or the system memory it doesn't have, with a RangeError. */
function allocationFault(cause: RangeError): SnapshotError {
  return new SnapshotError(
    'TOO_LARGE',
    `The snapshot does not fit into memory (${cause.message}).`,
    {},
    { cause },
  );
}

/** The sections read so far. */
class SnapshotReader {
  private readonly cursor: ByteCursor;
  private readonly path: string;
  private readonly memoryLimitBytes: number | undefined;
  private readonly batch = new RecordBatch();
  private readonly seen = new Set<string>();
  private layout: SnapshotLayout | null = null;
  private nodes: NodeColumns | null = null;
  private edges: EdgeColumns | null = null;
  private locations: LocationTable | null = null;
  private strings: StringTable | null = null;

  constructor(cursor: ByteCursor, path: string, memoryLimitBytes: number | undefined) {
    this.cursor = cursor;
    this.path = path;
    this.memoryLimitBytes = memoryLimitBytes;
  }

  async read(): Promise<HeapGraph> {
    await this.begin();
    while (true) {
      this.cursor.section = await readKey(this.cursor);
      await this.cursor.expect(Byte.colon);
      await this.readSection(this.cursor.section);
      const byte = await this.cursor.peek();
      if (byte === Byte.closeBrace) break;
      await this.cursor.expect(Byte.comma);
    }
    return this.finish();
  }

  /** Refuses a file that doesn't begin as a snapshot, and says what it looks like. */
  private async begin(): Promise<void> {
    await this.cursor.peek();
    const start = this.cursor.bytes.subarray(this.cursor.position, this.cursor.end);
    if (/^\{\s*"snapshot"\s*:/.test(Buffer.from(start.subarray(0, 256)).toString('latin1'))) {
      await this.cursor.expect(Byte.openBrace);
      return;
    }
    throw new SnapshotError('NOT_A_SNAPSHOT', `${this.path} is not a heap snapshot: ${looksLike(start)}.`);
  }

  private async readSection(name: string): Promise<void> {
    if (this.seen.has(name)) throw this.cursor.malformed('the section comes twice.');
    this.seen.add(name);
    if (name === 'snapshot') this.layout = await this.readLayout();
    else if (name === 'nodes') this.nodes = await this.readNodes(this.layoutFor());
    else if (name === 'edges') this.edges = await this.readEdges(this.layoutFor());
    else if (name === 'locations') this.locations = await this.readLocations(this.layoutFor());
    else if (name === 'strings') this.strings = await this.readStrings();
    else await skipValue(this.cursor);
  }

  private layoutFor(): SnapshotLayout {
    if (this.layout === null)
      throw this.cursor.malformed('it comes before section "snapshot", which tells how to read it.');
    return this.layout;
  }

  private async readLayout(): Promise<SnapshotLayout> {
    const pieces: Buffer[] = [];
    let length = 0;
    await skipValue(this.cursor, (bytes) => {
      length += bytes.length;
      if (length > MAX_HEADER_BYTES) throw this.cursor.malformed('it is longer than a megabyte.');
      pieces.push(Buffer.from(bytes));
    });
    const { totalBytes } = this.cursor.source;
    const layout = layoutOf(this.parseHeader(Buffer.concat(pieces).toString('utf8')), totalBytes);
    checkMemory(memoryNeed(layout, totalBytes), this.memoryLimitBytes);
    return layout;
  }

  private parseHeader(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.cursor.malformed(
        `it is no JSON (${error instanceof Error ? error.message : String(error)}).`,
      );
    }
  }

  private async readNodes(layout: SnapshotLayout): Promise<NodeColumns> {
    const nodes = new NodeColumns(layout);
    await this.readInto(nodes);
    this.check(nodes.fault());
    return nodes;
  }

  private async readEdges(layout: SnapshotLayout): Promise<EdgeColumns> {
    const edges = new EdgeColumns(layout);
    await this.readInto(edges);
    this.check(edges.fault());
    return edges;
  }

  private async readLocations(layout: SnapshotLayout): Promise<LocationTable> {
    if (layout.location === null) throw this.cursor.malformed('the header does not tell its fields.');
    const locations = new LocationColumns(layout, layout.location);
    await this.readInto(locations);
    return locations.finish();
  }

  private async readInto(sink: RecordSink): Promise<void> {
    await readRecords(this.cursor, this.batch, sink);
  }

  private async readStrings(): Promise<StringTable> {
    await this.cursor.expect(Byte.openBracket);
    const left = (this.cursor.source.totalBytes ?? 0) - this.cursor.offset;
    const collector = new StringCollector(left);
    while (true) {
      const bytes = this.cursor.bytes.subarray(this.cursor.position, this.cursor.end);
      const taken = collector.add(bytes);
      this.cursor.position += taken;
      if (taken < bytes.length) break;
      if (!(await this.cursor.fill())) throw this.cursor.truncated('inside of a string');
    }
    this.cursor.position++;
    return collector.finish();
  }

  private finish(): HeapGraph {
    const { layout, nodes, edges, strings } = this;
    if (layout === null || nodes === null || edges === null || strings === null) {
      const missing = ['snapshot', 'nodes', 'edges', 'strings'].filter((name) => !this.seen.has(name));
      throw malformed(missing[0], this.cursor.offset, 'the section is missing.');
    }
    this.cursor.section = 'nodes';
    if (nodes.maxName >= strings.count) {
      this.check(`a node is named by string ${nodes.maxName}; there are ${strings.count} strings.`);
    }
    this.cursor.section = 'edges';
    this.check(edges.namesFault(strings.count));
    return {
      nodeCount: layout.nodeCount,
      edgeCount: layout.edgeCount,
      nodeTypeNames: layout.nodeTypeNames,
      edgeTypeNames: layout.edgeTypeNames,
      nodeType: nodes.type,
      nodeName: nodes.name,
      nodeId: nodes.id,
      selfSize: nodes.selfSize,
      detachedness: nodes.detachedness,
      firstEdge: nodes.firstEdge,
      edgeType: edges.type,
      edgeName: edges.name,
      edgeTo: edges.to,
      locations: this.locations ?? NO_LOCATIONS,
      strings,
      extraNativeBytes: layout.extraNativeBytes,
    };
  }

  private check(fault: string | null): void {
    if (fault !== null) throw this.cursor.malformed(fault);
  }
}

const NO_COLUMN = new Uint32Array(0);
const NO_LOCATIONS: LocationTable = {
  count: 0,
  node: NO_COLUMN,
  scriptId: NO_COLUMN,
  line: NO_COLUMN,
  column: NO_COLUMN,
};
