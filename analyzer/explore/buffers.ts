import type { Exploration } from './exploration.ts';
import { groupedByHolder } from './groups-by-holder.ts';
import type { ObjectName } from './object-name.ts';
import { contains } from './select-nodes.ts';

/** Buffers and typed arrays of one class that are held in the same way. */
export interface BufferRow {
  readonly className: string;
  readonly bufferCount: number;
  /** Different pieces of memory behind them; fewer than buffers when they are parts of one, as of Node's pool. */
  readonly memoryCount: number;
  /** Of that memory, outside V8's heap; memory that others share too counts whole. */
  readonly memoryBytes: number;
  readonly largestBytes: number;
  /** One of those with the largest memory. */
  readonly bufferId: number;
  readonly name: ObjectName;
}

const VIEW_CLASS = /^(?:Buffer|FastBuffer|DataView|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array)$/;

/**
 * Everything that keeps memory outside of V8's heap through an ArrayBuffer, the largest first.
 * @param match part of the class or the holder's name; empty for all
 */
export function buffers(exploration: Exploration, match: string): readonly BufferRow[] {
  const { graph } = exploration;
  const object = graph.nodeTypeNames.indexOf('object');
  const isView = nameTest(graph.strings.count, (name) => VIEW_CLASS.test(graph.strings.get(name)));
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeType[node] === object && isView(graph.nodeName[node]) && memoryOf(exploration, node) !== -1)
      nodes.push(node);
  return groupedByHolder(exploration, nodes)
    .map(({ className, nodes: group, name }): BufferRow => {
      const memory = [...new Set(group.map((node) => memoryOf(exploration, node)))];
      const sizes = memory.map((node) => graph.selfSize[node]);
      const largestBytes = Math.max(0, ...sizes.slice(0, MAX_COMPARED));
      const largest = group.find((node) => graph.selfSize[memoryOf(exploration, node)] === largestBytes);
      return {
        className,
        bufferCount: group.length,
        memoryCount: memory.length,
        memoryBytes: sizes.reduce((sum, size) => sum + size, 0),
        largestBytes,
        bufferId: graph.nodeId[largest ?? group[0]],
        name,
      };
    })
    .filter((row) => contains(row.className, match) || contains(row.name.name, match))
    .toSorted((one, other) => other.memoryBytes - one.memoryBytes);
}

/** NodeIndex of the memory behind a buffer, or -1. */
function memoryOf({ view }: Exploration, node: number): number {
  const buffer = view.internal(node, 'buffer');
  return buffer === -1 ? -1 : view.internal(buffer, 'backing_store');
}

const MAX_COMPARED = 100_000; // arguments of one call

function nameTest(count: number, test: (name: number) => boolean): (name: number) => boolean {
  const known = new Uint8Array(count); // StringIndex -> 0 not asked yet, 1 no, 2 yes
  return (name) => {
    if (known[name] === 0) known[name] = test(name) ? 2 : 1;
    return known[name] === 2;
  };
}
