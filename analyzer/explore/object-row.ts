import type { SourceLocation } from '../report.ts';
import type { Exploration } from './exploration.ts';
import { cut } from './cut.ts';
import { declaredAt } from './object-name.ts';

/** One object as a line of a table. */
export interface ObjectRow {
  /** V8's, as DevTools shows it after an @. */
  readonly id: number;
  /** Its class, or for plain objects the properties they have. */
  readonly className: string;
  /** What it says of itself: the text of a string, the name of a function, else empty. */
  readonly preview: string;
  readonly shallowBytes: number;
  readonly retainedBytes: number;
}

/** Longer texts are cut: a table cannot show them, and a heap may hold strings of megabytes. */
export const MAX_PREVIEW = 120;

/** An object for a table, its class as classify tells it. */
export function objectRow(exploration: Exploration, node: number): ObjectRow {
  const { graph, shallow, retained, classes } = exploration;
  return {
    id: graph.nodeId[node],
    className: cut(classes.classNames[classes.classOf[node]], MAX_PREVIEW),
    preview: preview(exploration, node),
    shallowBytes: shallow[node],
    retainedBytes: retained[node],
  };
}

/** The start of a string's text, a function's name; a string of pieces is put together. */
export function preview(exploration: Exploration, node: number): string {
  const { graph, view } = exploration;
  if (view.isString(node)) return stringStart(exploration, node, MAX_PREVIEW);
  return view.isClosure(node) ? graph.strings.get(graph.nodeName[node]) : '';
}

/**
 * The first characters of a string. One that V8 has not put together yet is told by its pieces; of a part of another string
 * the snapshot does not tell where it begins, so it is told by the whole.
 */
export function stringStart({ graph, view }: Exploration, node: number, length: number): string {
  let text = '';
  const pieces = [node];
  for (let step = 0; pieces.length > 0 && text.length <= length && step < MAX_PIECES; step++) {
    const piece = pieces.pop()!;
    const parts = ['second', 'first', 'parent']
      .map((name) => view.internal(piece, name))
      .filter((part) => part !== -1);
    if (parts.length === 0) text += graph.strings.get(graph.nodeName[piece]);
    else pieces.push(...parts);
  }
  return cut(text, length);
}

const MAX_PIECES = 2000;

/** What a class is declared at, by one of its instances; null for V8's own and plain objects. */
export function classLocation(exploration: Exploration, instance: number): SourceLocation | null {
  return instance === -1 || exploration.view.isClosure(instance) ? null : declaredAt(exploration, instance);
}
