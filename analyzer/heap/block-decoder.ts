import { readSync } from 'node:fs';
import { Byte } from './byte-cursor.ts';
import { sharedU32 } from './columns.ts';
import { placeEdges } from './edge-columns.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { SnapshotLayout } from './layout.ts';
import { placeNodes } from './node-columns.ts';
import type { NodeColumns } from './node-columns.ts';
import { NumbersKernel } from './numbers-kernel.ts';
import { NumberBatch } from './record-batch.ts';

const BLOCK_BYTES = 1 << 18; // fits into a kernel's text with its margins, and into the processor's cache with its numbers
const MARGIN_BYTES = 64; // longer than a number, and than what stands between nodes and edges
const WAIT_MS = 2; // how often a waiting thread looks whether the other one gave up, or came to the end

/**
 * Nodes and edges of a file, to be decoded by several threads at once. The two sections are one sequence of numbers with
 * `],"edges":[` in between; threads take the file's blocks in turn, and each learns from the one before how many numbers
 * stand before its own. What is not as V8 writes it makes all give up: reading in order then finds the fault's place.
 */
export interface DecodeJob {
  readonly kernel: WebAssembly.Module;
  readonly fd: number;
  /** Offset behind the opening bracket of the nodes. */
  readonly startOffset: number;
  readonly fileBytes: number;
  readonly layout: SnapshotLayout;
  readonly nodes: NodeColumns;
  readonly edges: EdgeColumns;
  readonly state: Int32Array; // see State
  readonly isCounted: Int32Array; // Block -> 1 when the numbers before it are counted
  readonly numbersBefore: Float64Array; // Block -> numbers before it
  readonly endOffset: Float64Array; // [0]: offset behind the closing bracket of the edges
}

const State = { nextBlock: 0, failed: 1, lastBlock: 2 } as const;

export function decodeJob(
  source: Pick<DecodeJob, 'kernel' | 'fd' | 'startOffset' | 'fileBytes' | 'layout' | 'nodes' | 'edges'>,
): DecodeJob {
  const blockCount = Math.ceil((source.fileBytes - source.startOffset) / BLOCK_BYTES);
  const job: DecodeJob = {
    ...source,
    state: new Int32Array(sharedU32(3).buffer),
    isCounted: new Int32Array(sharedU32(blockCount + 1).buffer),
    numbersBefore: new Float64Array(new SharedArrayBuffer(8 * (blockCount + 1))),
    endOffset: new Float64Array(new SharedArrayBuffer(8)),
  };
  job.state[State.lastBlock] = blockCount;
  job.isCounted[0] = 1;
  return job;
}

/** @returns whether the sections were decoded up to their end; asked when all threads are through */
export function isDecoded(job: DecodeJob): boolean {
  return job.state[State.failed] === 0 && job.endOffset[0] > 0;
}

/** Makes all threads give up. */
export function abandon(job: DecodeJob): void {
  Atomics.store(job.state, State.failed, 1);
}

/** One thread's part in a job. */
export class BlockDecoder {
  private readonly job: DecodeJob;
  private readonly kernel: NumbersKernel;
  private readonly bytes: Buffer;
  private readonly nodeNumbers: number;
  private readonly edgeNumbers: number;

  constructor(job: DecodeJob) {
    this.job = job;
    this.kernel = new NumbersKernel(job.kernel);
    this.bytes = this.kernel.text;
    this.nodeNumbers = job.layout.nodeCount * job.layout.node.fieldCount;
    this.edgeNumbers = job.layout.edgeCount * job.layout.edge.fieldCount;
  }

  /** Takes the next block that no thread has taken. @returns how far into the file it went; null when there is no more */
  step(): number | null {
    const { state } = this.job;
    const block = Atomics.add(state, State.nextBlock, 1);
    if (block >= this.job.isCounted.length - 1 || block > Atomics.load(state, State.lastBlock)) return null;
    if (Atomics.load(state, State.failed) !== 0) return null;
    if (!this.decode(block)) {
      abandon(this.job);
      return null;
    }
    return this.job.startOffset + (block + 1) * BLOCK_BYTES;
  }

  /** @returns false when the block is not as V8 writes it */
  private decode(block: number): boolean {
    const window = this.read(block);
    const text = this.decodeWindow(window);
    const before = this.numbersBefore(block);
    if (before === null) return Atomics.load(this.job.state, State.lastBlock) < block;
    if (text === null) return false;
    if (text.endsAt !== -1) this.end(block, window.offset + text.endsAt);
    this.publish(block + 1, before + this.kernel.count);
    if (text.endsAt !== -1 && before + this.kernel.count !== this.nodeNumbers + this.edgeNumbers)
      return false;
    return this.place(before, text.boundary);
  }

  /** Reads a block with a margin around it. */
  private read(block: number): Window {
    const { job, bytes } = this;
    const start = job.startOffset + block * BLOCK_BYTES;
    const end = Math.min(start + BLOCK_BYTES, job.fileBytes);
    const offset = block === 0 ? start : start - MARGIN_BYTES;
    const length = readSync(job.fd, bytes, 0, Math.min(end + MARGIN_BYTES, job.fileBytes) - offset, offset);
    bytes[length] = 0;
    return { offset, start: start - offset, end: Math.min(end - offset, length), length };
  }

  /**
   * Decodes the numbers that end in the block: those whose last digit is followed by one of its bytes.
   * @returns where among them the edges begin (-1: not here) and where in the window they end (-1), or null for a fault
   */
  private decodeWindow(window: Window): { boundary: number; endsAt: number } | null {
    const { bytes, kernel } = this;
    let boundary = -1;
    kernel.clear();
    for (let position = this.ownStart(window); position < window.end;) {
      position = kernel.decode(position, window.end);
      if (kernel.isTooLarge) return null;
      if (position === window.end) break;
      if (bytes[position] !== Byte.closeBracket) return null;
      const edgesStart = this.edgesStart(position, window.length);
      if (edgesStart === -1) return { boundary, endsAt: position + 1 };
      if (boundary !== -1) return null;
      boundary = kernel.count;
      position = edgesStart;
    }
    return { boundary, endsAt: -1 };
  }

  /** Where the block's numbers begin: not inside of what stands before the edges. */
  private ownStart({ start, length }: Window): number {
    const bracket = this.bytes.subarray(0, start).lastIndexOf(Byte.closeBracket);
    return bracket === -1 ? start : Math.max(start, this.edgesStart(bracket, length));
  }

  /** Behind the bracket that opens the edges when one at `position` closes the nodes; else -1. */
  private edgesStart(position: number, length: number): number {
    const text = this.bytes.toString('latin1', position, Math.min(position + MARGIN_BYTES, length));
    const match = /^\]\s*,\s*"edges"\s*:\s*\[/.exec(text);
    return match === null ? -1 : position + match[0].length;
  }

  /** Waits until the numbers before the block are counted. @returns null when no one will count them */
  private numbersBefore(block: number): number | null {
    const { isCounted, numbersBefore, state } = this.job;
    while (Atomics.load(isCounted, block) === 0) {
      if (Atomics.load(state, State.failed) !== 0 || Atomics.load(state, State.lastBlock) < block)
        return null;
      Atomics.wait(isCounted, block, 0, WAIT_MS);
    }
    return Atomics.load(state, State.lastBlock) < block ? null : numbersBefore[block];
  }

  private publish(block: number, count: number): void {
    const { isCounted, numbersBefore } = this.job;
    numbersBefore[block] = count;
    Atomics.store(isCounted, block, 1);
    Atomics.notify(isCounted, block);
  }

  private end(block: number, offset: number): void {
    this.job.endOffset[0] = offset;
    Atomics.store(this.job.state, State.lastBlock, block);
  }

  /** @returns false when a number has no place */
  private place(before: number, boundary: number): boolean {
    const { job, kernel, nodeNumbers } = this;
    if (boundary !== -1) return before + boundary === nodeNumbers && this.placeBoth(before, boundary);
    if (before < nodeNumbers) return placeNodes(job.nodes, job.layout, kernel.batch(before)) === null;
    return placeEdges(job.edges, job.layout, kernel.batch(before - nodeNumbers)) === null;
  }

  private placeBoth(before: number, boundary: number): boolean {
    const { job, kernel } = this;
    const nodes = new NumberBatch(kernel.values.subarray(0, boundary));
    const edges = new NumberBatch(kernel.values.subarray(boundary, kernel.count));
    nodes.first = before;
    for (const batch of [nodes, edges]) batch.count = batch.values.length;
    return (
      placeNodes(job.nodes, job.layout, nodes) === null && placeEdges(job.edges, job.layout, edges) === null
    );
  }
}

/** A block in the buffer: bytes[start] ..< bytes[end] of `length` bytes that begin at `offset` in the file. */
interface Window {
  readonly offset: number;
  readonly start: number;
  readonly end: number;
  readonly length: number;
}
