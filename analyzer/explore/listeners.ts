import { emitterClass } from '../detectors/listener.ts';
import type { Exploration } from './exploration.ts';
import { callbackKey, callbackOf } from './callbacks.ts';
import type { Callback } from './callbacks.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { contains } from './select-nodes.ts';

/** Listeners that one place in the code made, for one event, on emitters of one class. */
export interface ListenerRow extends Callback {
  readonly event: string;
  readonly emitterClass: string;
  readonly emitterCount: number;
  readonly listenerCount: number;
  /** On the emitter that has most of them. */
  readonly mostOnOne: number;
  /** That emitter, and what its program calls it. */
  readonly emitterId: number;
  readonly emitter: ObjectName;
  /** More on one emitter than its limit allows, as Node warns of: true or false; null when the limit was changed. */
  readonly isOverLimit: boolean | null;
}

/** EventEmitter's and EventTarget's default: events.defaultMaxListeners. */
const DEFAULT_MAX_LISTENERS = 10;

interface Registration {
  readonly emitter: number; // NodeIndex
  readonly event: string;
  readonly closure: number; // NodeIndex
}

/**
 * All listeners of EventEmitters, EventTargets and AbortSignals, most on one emitter first.
 * @param match part of the event's, the emitter class's or the function's name; empty for all
 */
export function listeners(exploration: Exploration, match: string): readonly ListenerRow[] {
  const groups = new Map<string, Registration[]>();
  const total = new Map<string, number>(); // emitter and event -> listeners of whatever function
  const classes = new Map<number, string>();
  for (const registration of [...emitterListeners(exploration), ...targetListeners(exploration)]) {
    const { emitter, event, closure } = registration;
    if (!classes.has(emitter)) classes.set(emitter, emitterClass(exploration.view, emitter));
    const key = `${event}\n${classes.get(emitter)}\n${callbackKey(exploration, closure)}`;
    const group = groups.get(key);
    if (group) group.push(registration);
    else groups.set(key, [registration]);
    total.set(`${emitter} ${event}`, (total.get(`${emitter} ${event}`) ?? 0) + 1);
  }
  return [...groups.values()]
    .map((group) => rowOf(exploration, group, total, classes))
    .filter(
      (row) =>
        contains(row.event, match) || contains(row.emitterClass, match) || contains(row.functionName, match),
    )
    .toSorted((one, other) => other.mostOnOne - one.mostOnOne || other.listenerCount - one.listenerCount);
}

function rowOf(
  exploration: Exploration,
  group: readonly Registration[],
  total: ReadonlyMap<string, number>,
  classes: ReadonlyMap<number, string>,
): ListenerRow {
  const onEmitter = new Map<number, number>();
  for (const { emitter } of group) onEmitter.set(emitter, (onEmitter.get(emitter) ?? 0) + 1);
  const [emitter, mostOnOne] = [...onEmitter].reduce((best, next) => (next[1] > best[1] ? next : best));
  const { event, closure } = group[0];
  const onThis = total.get(`${emitter} ${event}`) ?? 0;
  return {
    event,
    emitterClass: classes.get(emitter)!,
    emitterCount: onEmitter.size,
    listenerCount: group.length,
    mostOnOne,
    emitterId: exploration.graph.nodeId[emitter],
    emitter: objectName(exploration, emitter),
    isOverLimit: hasOwnLimit(exploration, emitter) ? null : onThis > DEFAULT_MAX_LISTENERS,
    ...callbackOf(exploration, closure),
  };
}

/** A limit that was set is a number, which leaves no reference; the default is undefined or not there at all. */
function hasOwnLimit({ view }: Exploration, emitter: number): boolean {
  return view.property(emitter, '_events') !== -1 && view.property(emitter, '_maxListeners') === -1;
}

function emitterListeners({ graph, view }: Exploration): Registration[] {
  const property = graph.edgeTypeNames.indexOf('property');
  const element = graph.edgeTypeNames.indexOf('element');
  const found: Registration[] = [];
  for (const { from, to: events } of propertiesNamed(graph, '_events')) {
    for (let edge = graph.firstEdge[events]; edge < graph.firstEdge[events + 1]; edge++) {
      const event = graph.edgeType[edge] === property ? graph.strings.get(graph.edgeName[edge]) : '__proto__';
      if (event === '__proto__') continue;
      const value = graph.edgeTo[edge];
      if (view.isClosure(value)) found.push({ emitter: from, event, closure: value });
      else if (view.className(value) === 'Array')
        for (let item = graph.firstEdge[value]; item < graph.firstEdge[value + 1]; item++)
          if (graph.edgeType[item] === element && view.isClosure(graph.edgeTo[item]))
            found.push({ emitter: from, event, closure: graph.edgeTo[item] });
    }
  }
  return found;
}

const MAX_LISTENERS = 10_000_000; // a damaged file may hold a list that never ends

/** An EventTarget maps each type to a list of its listeners, chained by `next`. */
function targetListeners(exploration: Exploration): Registration[] {
  const { graph, view } = exploration;
  const found: Registration[] = [];
  for (const { from, to: map } of propertiesNamed(graph, '<symbol kEvents>')) {
    for (const { key, value } of mapEntries(exploration, map)) {
      let listener = view.property(value, 'next');
      for (
        let step = 0;
        listener !== -1 && view.className(listener) === 'Listener' && step < MAX_LISTENERS;
        step++
      ) {
        const closure = [view.property(listener, 'listener'), view.property(listener, 'callback')].find(
          (node) => node !== -1 && view.isClosure(node),
        );
        if (closure !== undefined) found.push({ emitter: from, event: key, closure });
        listener = view.property(listener, 'next');
      }
    }
  }
  return found;
}

function mapEntries(
  { graph, view, references, labels }: Exploration,
  map: number,
): { key: string; value: number }[] {
  const element = labels.id('[*]');
  const entries: { key: string; value: number }[] = [];
  for (let index = references.at[map]; index < references.at[map] + references.count[map]; index++) {
    if (references.label[index] !== element) continue;
    const value = references.target[index];
    const key = view.mapKey(map, value);
    entries.push({ key: key === -1 ? '(unknown)' : graph.strings.get(graph.nodeName[key]), value });
  }
  return entries;
}

/** Every property of this name that refers to an object. */
function propertiesNamed(graph: Exploration['graph'], name: string): { from: number; to: number }[] {
  const wanted = graph.strings.indexOf(name);
  const property = graph.edgeTypeNames.indexOf('property');
  const found: { from: number; to: number }[] = [];
  if (wanted === -1) return found;
  for (let from = 0; from < graph.nodeCount; from++) {
    for (let edge = graph.firstEdge[from]; edge < graph.firstEdge[from + 1]; edge++)
      if (graph.edgeName[edge] === wanted && graph.edgeType[edge] === property)
        found.push({ from, to: graph.edgeTo[edge] });
  }
  return found;
}
