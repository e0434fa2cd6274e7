import { callbackKey, callbackOf } from './callbacks.ts';
import type { Callback } from './callbacks.ts';
import type { Exploration } from './exploration.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { contains } from './select-nodes.ts';

/** Code that one place made wait for promises that have not settled. */
export interface WaitingRow extends Callback {
  /** await: an async function stands still. then: a function is to be called. */
  readonly how: 'await' | 'then';
  readonly waitingCount: number;
  readonly promiseCount: number;
  /** Bytes that are kept only for what waits: the frames with their variables, the functions with what they capture. */
  readonly retainedBytes: number;
  /** The promise that most of it waits for, and who holds that. */
  readonly promiseId: number;
  readonly promise: ObjectName;
  /**
   * Of what waits now, how much was waiting in each of the earlier snapshots, in the order of the files; null for one whose ids
   * say nothing about this one. Absent when no earlier snapshot was named.
   */
  readonly waitedBefore?: readonly (number | null)[];
}

/** Whether an object of this snapshot was in an earlier one; null when ids do not tell. See idTest. */
export type WasThere = ((node: number) => boolean) | null;

/** One function or frame that waits. */
interface Reaction {
  readonly promise: number; // NodeIndex
  readonly how: WaitingRow['how'];
  readonly waiting: number; // NodeIndex of the frame, or of the function
  readonly closure: number; // NodeIndex of the function
}

const REACTION_NAME = 'system / PromiseReaction';

/**
 * Everything that waits for a promise, the most frequent first. Promises that nobody waits for are not among it: whether they
 * have settled a snapshot does not tell.
 * @param match part of the function's name; empty for all
 * @param earlier what was there in earlier snapshots, one after the other
 */
export function waitingCode(
  exploration: Exploration,
  match: string,
  earlier: readonly WasThere[] = [],
): readonly WaitingRow[] {
  const groups = new Map<string, Reaction[]>();
  for (const reaction of reactionsIn(exploration)) {
    const key = `${reaction.how} ${callbackKey(exploration, reaction.closure)}`;
    const group = groups.get(key);
    if (group) group.push(reaction);
    else groups.set(key, [reaction]);
  }
  return [...groups.values()]
    .map((group) => withHistory(rowOf(exploration, group), group, earlier))
    .filter(({ functionName }) => contains(functionName, match))
    .toSorted(
      (one, other) => other.waitingCount - one.waitingCount || other.retainedBytes - one.retainedBytes,
    );
}

function rowOf(exploration: Exploration, group: readonly Reaction[]): WaitingRow {
  const perPromise = new Map<number, number>();
  for (const { promise } of group) perPromise.set(promise, (perPromise.get(promise) ?? 0) + 1);
  const [promise] = [...perPromise].reduce((most, next) => (next[1] > most[1] ? next : most));
  return {
    ...callbackOf(exploration, group[0].closure),
    how: group[0].how,
    waitingCount: group.length,
    promiseCount: perPromise.size,
    retainedBytes: group.reduce((bytes, { waiting }) => bytes + exploration.retained[waiting], 0),
    promiseId: exploration.graph.nodeId[promise],
    promise: objectName(exploration, promise),
  };
}

function withHistory(row: WaitingRow, group: readonly Reaction[], earlier: readonly WasThere[]): WaitingRow {
  if (earlier.length === 0) return row;
  const countIn = (wasThere: WasThere) => wasThere && group.filter(({ waiting }) => wasThere(waiting)).length;
  return { ...row, waitedBefore: earlier.map(countIn) };
}

/** A pending promise holds a chain of reactions where a settled one holds its value. */
function reactionsIn(exploration: Exploration): Reaction[] {
  const { graph, view } = exploration;
  const object = graph.nodeTypeNames.indexOf('object');
  const reactionName = graph.strings.indexOf(REACTION_NAME);
  const found: Reaction[] = [];
  const seen = new Set<number>();
  for (let promise = 0; promise < graph.nodeCount; promise++) {
    if (graph.nodeType[promise] !== object) continue;
    let reaction = firstReaction(exploration, promise);
    while (reaction !== -1 && graph.nodeName[reaction] === reactionName && !seen.has(reaction)) {
      seen.add(reaction); // a damaged file may hold a chain that never ends
      const parts = targetsOf(exploration, reaction);
      const closure = parts.find(view.isClosure);
      if (closure !== undefined) found.push(reactionBy(exploration, promise, closure));
      reaction = parts.find((part) => graph.nodeName[part] === reactionName) ?? -1;
    }
  }
  return found;
}

function firstReaction({ graph, view }: Exploration, promise: number): number {
  if (graph.firstEdge[promise + 1] - graph.firstEdge[promise] > MAX_PROMISE_EDGES) return -1;
  return view.internal(promise, 'reactions_or_result');
}

const MAX_PROMISE_EDGES = 64; // a promise has a handful; an object with thousands is none, and would take long to look through

function targetsOf({ graph }: Exploration, node: number): number[] {
  return [...graph.edgeTo.subarray(graph.firstEdge[node], graph.firstEdge[node + 1])];
}

/** What an async function awaits resumes it: closure, scope, and in it the generator that is its frame. */
function reactionBy(exploration: Exploration, promise: number, closure: number): Reaction {
  const { view } = exploration;
  const scope = view.internal(closure, 'context');
  const frame = scope === -1 ? -1 : view.internal(scope, 'extension');
  const resumed = frame === -1 ? -1 : view.internal(frame, 'function');
  if (resumed === -1) return { promise, how: 'then', waiting: closure, closure };
  return { promise, how: 'await', waiting: frame, closure: resumed };
}
