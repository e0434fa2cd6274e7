/** Least that is put in order at once: the pages that follow come from it. */
const MIN_RANKED = 200;

/**
 * Nodes that are put in order only as far as somebody looks: those that keep most alive first, of equal ones those that come
 * first. A page costs one pass over the nodes, not the sorting of all of them.
 */
export class RankedNodes {
  readonly length: number;
  private readonly nodes: Uint32Array; // ascending
  private readonly retained: Uint32Array | Float64Array; // NodeIndex -> bytes
  private ranked: Uint32Array = new Uint32Array(); // -> NodeIndex, as many as were looked at

  /** @param nodes ascending */
  constructor(nodes: Uint32Array, retained: Uint32Array | Float64Array) {
    this.length = nodes.length;
    this.nodes = nodes;
    this.retained = retained;
  }

  slice(start: number, end: number): Uint32Array {
    if (Math.min(end, this.length) > this.ranked.length) this.ranked = this.largest(end);
    return this.ranked.slice(start, end);
  }

  /** Bytes that all of them keep alive. */
  sum(): number {
    let bytes = 0;
    for (const node of this.nodes) bytes += this.retained[node];
    return bytes;
  }

  /** At least so many of them, in order: those that were found so far lie in a heap, the least of them on top. */
  private largest(wanted: number): Uint32Array {
    const { nodes, retained } = this;
    const count = Math.min(this.length, Math.max(MIN_RANKED, wanted, 2 * this.ranked.length));
    const heap = nodes.slice(0, count);
    for (let at = count >> 1; at >= 0; at--) this.sink(heap, at);
    for (let i = count; i < nodes.length; i++) {
      if (retained[nodes[i]] <= retained[heap[0]]) continue; // of equal ones the earlier stays
      heap[0] = nodes[i];
      this.sink(heap, 0);
    }
    return heap.toSorted((one, other) => (this.isBehind(one, other) ? 1 : -1));
  }

  private sink(heap: Uint32Array, from: number): void {
    const node = heap[from];
    let at = from;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.isBehind(heap[child + 1], heap[child])) child++;
      if (!this.isBehind(heap[child], node)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = node;
  }

  private isBehind(one: number, other: number): boolean {
    const more = this.retained[other] - this.retained[one];
    return more > 0 || (more === 0 && one > other);
  }
}
