import type { ObjectView } from '../model/object-view.ts';
import type { ScriptPosition, Scripts } from '../model/scripts.ts';
import type { PathTree } from './path-tree.ts';
import { NO_NODE } from './path-tree.ts';

/** Timers that are to fire yet and call one place in the code. */
export interface LiveTimers {
  readonly position: ScriptPosition;
  readonly count: number;
  /** Milliseconds, the longest where they differ; null where the snapshot does not tell. */
  readonly delayMs: number | null;
}

/** The timers of a snapshot that will fire, by the function they call, if its code is in a file. */
export function liveTimers(tree: PathTree, view: ObjectView, scripts: Scripts): LiveTimers[] {
  const { graph } = view;
  const timeout = graph.strings.indexOf('Timeout');
  const byPlace = new Map<string, { position: ScriptPosition; count: number; delayMs: number | null }>();
  for (const node of tree.order) {
    if (graph.nodeName[node] !== timeout || !isWaiting(view, node)) continue;
    const called = view.property(node, '_onTimeout');
    const position = called === -1 ? null : scripts.positionOf(view.unwrapped(called));
    if (position === null) continue;
    const place = `${position.script}:${position.line}:${position.column}`;
    const known = byPlace.get(place) ?? { position, count: 0, delayMs: null };
    const delayMs = delayOf(tree, view, node);
    byPlace.set(place, {
      position,
      count: known.count + 1,
      delayMs: delayMs === null ? known.delayMs : Math.max(delayMs, known.delayMs ?? 0),
    });
  }
  return [...byPlace.values()];
}

/** One that has fired or was cleared is in no list any more. */
function isWaiting(view: ObjectView, timer: number): boolean {
  const next = view.property(timer, '_idleNext');
  return next !== -1 && view.property(next, '_idlePrev') !== -1;
}

/** timerListMap holds each list under its delay in milliseconds. */
function delayOf(tree: PathTree, view: ObjectView, timer: number): number | null {
  const list = tree.holder[timer];
  const map = list === NO_NODE || view.className(list) !== 'TimersList' ? NO_NODE : tree.holder[list];
  if (map === NO_NODE) return null;
  const edge = view.edgesBetween(map, list).find(({ type }) => type === 'element');
  return edge === undefined ? null : Number(edge.name);
}
