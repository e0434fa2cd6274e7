import type { Exploration } from './exploration.ts';
import { callbackKey, callbackOf } from './callbacks.ts';
import type { Callback } from './callbacks.ts';
import { contains } from './select-nodes.ts';

export type TimerKind = 'interval' | 'timeout' | 'immediate';

/** Timers that call the same place in the code after the same time. */
export interface TimerRow extends Callback {
  readonly kind: TimerKind;
  /** Milliseconds; null for immediates, and for timers that are done. */
  readonly delayMs: number | null;
  /** False for timer objects that fired or were cleared, and that somebody keeps. */
  readonly isActive: boolean;
  readonly timerCount: number;
  /** Bytes that these timers retain, with their callbacks and what these capture. */
  readonly retainedBytes: number;
  /** One of them. */
  readonly timerId: number;
  /** V8 numbers upwards: between these ids all of them were made. */
  readonly oldestId: number;
  readonly newestId: number;
}

interface Timer {
  readonly node: number;
  readonly kind: TimerKind;
  readonly delayMs: number | null;
  readonly isActive: boolean;
  readonly closure: number; // NodeIndex | -1
}

/**
 * All timers, those of which there are most first.
 * @param match part of the function's name or of the kind; empty for all
 */
export function timers(exploration: Exploration, match: string): readonly TimerRow[] {
  const groups = new Map<string, Timer[]>();
  for (const timer of allTimers(exploration)) {
    const { kind, delayMs, isActive, closure } = timer;
    const key = [kind, delayMs, isActive, closure === -1 ? '' : callbackKey(exploration, closure)].join('\n');
    const group = groups.get(key);
    if (group) group.push(timer);
    else groups.set(key, [timer]);
  }
  return [...groups.values()]
    .map((group) => rowOf(exploration, group))
    .filter((row) => contains(row.functionName, match) || contains(row.kind, match))
    .toSorted((one, other) => other.timerCount - one.timerCount || other.retainedBytes - one.retainedBytes);
}

function rowOf(exploration: Exploration, group: readonly Timer[]): TimerRow {
  const [{ node, kind, delayMs, isActive, closure }] = group;
  const callback = closure === -1 ? { functionName: '', location: null } : callbackOf(exploration, closure);
  return {
    ...callback,
    kind,
    delayMs,
    isActive,
    timerCount: group.length,
    retainedBytes: group.reduce((bytes, timer) => bytes + exploration.retained[timer.node], 0),
    timerId: exploration.graph.nodeId[node],
    ...idRange(group.map((timer) => exploration.graph.nodeId[timer.node])),
  };
}

function idRange(ids: readonly number[]): Pick<TimerRow, 'oldestId' | 'newestId'> {
  return {
    oldestId: ids.reduce((least, id) => Math.min(least, id)),
    newestId: ids.reduce((most, id) => Math.max(most, id)),
  };
}

function allTimers(exploration: Exploration): Timer[] {
  const { graph, view } = exploration;
  const object = graph.nodeTypeNames.indexOf('object');
  const [timeout, immediate] = ['Timeout', 'Immediate'].map((name) => graph.strings.indexOf(name));
  const delays = activeDelays(exploration);
  const found: Timer[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    const name = graph.nodeName[node];
    if (graph.nodeType[node] !== object || (name !== timeout && name !== immediate)) continue;
    const delayMs = delays.get(node) ?? null;
    const slot = name === timeout ? '_onTimeout' : '_onImmediate';
    const called = view.property(node, slot);
    const closure = called !== -1 && view.isClosure(called) ? called : -1;
    // what V8 keeps as an example of the class refers to no function and was never a timer
    if (called === -1) continue;
    const isActive = name === timeout ? delays.has(node) : closure !== -1;
    found.push({ node, kind: kindOf(exploration, node, name === timeout), delayMs, isActive, closure });
  }
  return found;
}

const NULL_NAMES: ReadonlySet<string> = new Set(['null', 'system / Oddball']); // since Node 24; before

/** An interval's `_repeat` is a number, which V8 doesn't write as an edge; a timeout's is null, which it does. */
function kindOf({ view }: Exploration, node: number, isTimeout: boolean): TimerKind {
  if (!isTimeout) return 'immediate';
  const repeat = view.property(node, '_repeat');
  return repeat !== -1 && NULL_NAMES.has(view.className(repeat)) ? 'timeout' : 'interval';
}

/** NodeIndex of a timer in a list -> its delay: Node keeps one list per delay, in an object with the delays as keys. */
function activeDelays({ graph, view }: Exploration): Map<number, number> {
  const element = graph.edgeTypeNames.indexOf('element');
  const list = graph.strings.indexOf('TimersList');
  const delays = new Map<number, number>();
  if (list === -1) return delays;
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
      const head = graph.edgeTo[edge];
      if (
        graph.edgeType[edge] !== element ||
        graph.nodeName[head] !== list ||
        view.className(node) !== 'Object'
      )
        continue;
      let timer = view.property(head, '_idleNext');
      while (timer !== -1 && timer !== head && !delays.has(timer)) {
        delays.set(timer, graph.edgeName[edge]);
        timer = view.property(timer, '_idleNext');
      }
    }
  }
  return delays;
}
