import { Byte, ByteCursor } from './byte-cursor.ts';
import { openSource } from './byte-source.ts';
import { decodeInParallel } from './decode-in-parallel.ts';
import { edgeColumns, edgeCountFault, edgeNameFault, placeEdges } from './edge-columns.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { HeapGraph, LocationTable, StringTable } from './graph.ts';
import { readKey, skipValue } from './json-values.ts';
import { layoutOf } from './layout.ts';
import type { SnapshotLayout } from './layout.ts';
import { LocationColumns } from './location-columns.ts';
import { looksLike } from './looks-like.ts';
import { checkMemory, memoryNeed } from './memory-need.ts';
import { finishNodes, nodeColumns, nodeNameFault, placeNodes, selfSizes } from './node-columns.ts';
import type { NodeColumns } from './node-columns.ts';
import { readNumbers } from './record-batch.ts';
import { secondThreadFor } from './second-thread.ts';
import type { SecondThread } from './second-thread.ts';
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
  const thread = secondThreadFor(path);
  try {
    return await readSnapshotWith(thread, path, options);
  } finally {
    await thread?.close();
  }
}

/**
 * {@link readSnapshot} with a second thread, when there is one, that is kept for more.
 * @param onColumns is given the graph when all is read and only names are still to be checked, for the second thread to begin with
 */
export async function readSnapshotWith(
  thread: SecondThread | null,
  path: string,
  options: ReadOptions,
  onColumns: (graph: HeapGraph) => void = () => {},
): Promise<HeapGraph> {
  const source = await openSource(path);
  try {
    const cursor = new ByteCursor(source, (doneBytes) => {
      options.signal?.throwIfAborted();
      options.onProgress?.({ doneBytes, totalBytes: source.totalBytes });
    });
    return await new SnapshotReader(cursor, { path, thread, options, onColumns }).read();
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

interface ReadContext {
  readonly path: string;
  readonly thread: SecondThread | null;
  readonly options: ReadOptions;
  readonly onColumns: (graph: HeapGraph) => void;
}

/** The sections read so far. */
class SnapshotReader {
  private readonly cursor: ByteCursor;
  private readonly context: ReadContext;
  private readonly seen = new Set<string>();
  private layout: SnapshotLayout | null = null;
  private nodes: NodeColumns | null = null;
  private edges: EdgeColumns | null = null;
  private locations: LocationTable | null = null;
  private strings: StringTable | null = null;

  constructor(cursor: ByteCursor, context: ReadContext) {
    this.cursor = cursor;
    this.context = context;
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
    throw new SnapshotError(
      'NOT_A_SNAPSHOT',
      `${this.context.path} is not a heap snapshot: ${looksLike(start)}.`,
    );
  }

  private async readSection(name: string): Promise<void> {
    if (this.seen.has(name)) throw this.cursor.malformed('the section comes twice.');
    this.seen.add(name);
    if (name === 'snapshot') this.layout = await this.readLayout();
    else if (name === 'nodes') await this.readGraph(this.layoutFor());
    else if (name === 'edges') await this.readEdges(this.layoutFor());
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
    const { offset } = this.cursor;
    let length = 0;
    await skipValue(this.cursor, (bytes) => {
      length += bytes.length;
      if (length > MAX_HEADER_BYTES) throw this.cursor.malformed('it is longer than a megabyte.');
      pieces.push(Buffer.from(bytes));
    });
    const { totalBytes } = this.cursor.source;
    const layout = layoutOf(this.parseHeader(Buffer.concat(pieces).toString('utf8')), totalBytes, offset);
    checkMemory(memoryNeed(layout, totalBytes), this.context.options.memoryLimitBytes);
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

  /** Reads nodes and edges on two threads when the file lends itself to it, or else the nodes alone. */
  private async readGraph(layout: SnapshotLayout): Promise<void> {
    const decoded = await decodeInParallel(this.cursor, layout, this.context.thread);
    if (decoded === null) return this.readNodes(layout);
    this.nodes = decoded.nodes;
    this.edges = decoded.edges;
    this.seen.add('edges');
    this.check(finishNodes(decoded.nodes, layout, layout.nodeCount * layout.node.fieldCount));
  }

  private async readNodes(layout: SnapshotLayout): Promise<void> {
    const nodes = nodeColumns(layout);
    const numberCount = await readNumbers(this.cursor, (batch) => placeNodes(nodes, layout, batch));
    this.check(finishNodes(nodes, layout, numberCount));
    this.nodes = nodes;
  }

  private async readEdges(layout: SnapshotLayout): Promise<void> {
    const edges = edgeColumns(layout);
    const numberCount = await readNumbers(this.cursor, (batch) => placeEdges(edges, layout, batch));
    this.check(edgeCountFault(layout, numberCount));
    this.edges = edges;
  }

  private async readLocations(layout: SnapshotLayout): Promise<LocationTable> {
    if (layout.location === null) throw this.cursor.malformed('the header does not tell its fields.');
    const locations = new LocationColumns(layout, layout.location);
    const numberCount = await readNumbers(this.cursor, (batch) => locations.add(batch));
    this.check(locations.fault(numberCount));
    return locations.finish();
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
    const graph: HeapGraph = {
      nodeCount: layout.nodeCount,
      edgeCount: layout.edgeCount,
      nodeTypeNames: layout.nodeTypeNames,
      edgeTypeNames: layout.edgeTypeNames,
      nodeType: nodes.type,
      nodeName: nodes.name,
      nodeId: nodes.id,
      selfSize: selfSizes(nodes),
      detachedness: nodes.detachedness,
      firstEdge: nodes.firstEdge,
      edgeType: edges.type,
      edgeName: edges.name,
      edgeTo: edges.to,
      locations: this.locations ?? NO_LOCATIONS,
      strings,
      extraNativeBytes: layout.extraNativeBytes,
    };
    this.context.onColumns(graph);
    this.cursor.section = 'nodes';
    this.check(nodeNameFault(nodes, strings.count));
    this.cursor.section = 'edges';
    this.check(edgeNameFault(edges, layout, strings.count));
    return graph;
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
