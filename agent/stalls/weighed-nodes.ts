/** The nodes of a CPU profile with the time that went to each. */
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';

import type { StackFrame } from '../recording.ts';

/** A function as it was called on one way. */
export interface WeighedNode {
  readonly id: number;
  readonly name: string;
  /** With the function's first line. */
  readonly frame: StackFrame;
  /** Hottest first. */
  readonly hotLines: readonly number[];
  parent: WeighedNode | null;
  selfMicros: number;
  /** Of the collector, while it interrupted this. */
  collectorMicros: number;
}

/** The nodes of a profile, with all of its time. */
export function weighedNodes(profile: Profiler.Profile): readonly WeighedNode[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, weighedNode(node)]));
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) byId.get(child)!.parent = byId.get(id) ?? null;
  }
  const micros = profile.timeDeltas ?? [];
  let working: WeighedNode | null = null;
  profile.samples?.forEach((id, index) => {
    const node = byId.get(id)!;
    node.selfMicros += micros[index] ?? 0;
    if (!ENGINE.has(node.name)) working = node;
    // The collector's stack cannot be read: it is taken to have interrupted what was seen just before.
    else if (node.name === COLLECTOR && working !== null) working.collectorMicros += micros[index] ?? 0;
  });
  return [...byId.values()];
}

function weighedNode({ id, callFrame, positionTicks = [] }: Profiler.ProfileNode): WeighedNode {
  const { functionName, url, lineNumber } = callFrame;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  // `exports.handle` is what V8 takes for the name of a function that has none; stacks and people call it `handle`.
  const ownName = /^[\w$.#]+$/.test(functionName)
    ? functionName.slice(functionName.lastIndexOf('.') + 1)
    : functionName;
  const frame = { functionName: ownName, file, line: lineNumber + 1 };
  const hotLines = positionTicks.toSorted((a, b) => b.ticks - a.ticks).map(({ line }) => line);
  return { id, name: functionName, frame, hotLines, parent: null, selfMicros: 0, collectorMicros: 0 };
}

/** What runs microtasks and process.nextTick; where V8 does so by itself, nobody is below the application. */
export const QUEUES = new Set(['runMicrotasks', 'processTicksAndRejections', 'nextTick']);

/** What V8 calls its collector. */
export const COLLECTOR = '(garbage collector)';
/** What is no function. */
export const ENGINE = new Set(['(root)', '(idle)', '(program)', COLLECTOR]);

/** How many samples found the thread in a function. */
export function workingSamples({ nodes, samples = [] }: Profiler.Profile): number {
  const working = new Set(
    nodes.filter(({ callFrame }) => !ENGINE.has(callFrame.functionName)).map(({ id }) => id),
  );
  return samples.filter((id) => working.has(id)).length;
}

/** Its own time, and the collector's meanwhile. */
export function spentMicros({ selfMicros, collectorMicros }: WeighedNode): number {
  return selfMicros + collectorMicros;
}
