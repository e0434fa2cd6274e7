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

/** The first characters of a string. */
export function stringStart({ view }: Exploration, node: number, length: number): string {
  return cut(view.text(node, length), length);
}

/** What a class is declared at, by one of its instances; null for V8's own and plain objects. */
export function classLocation(exploration: Exploration, instance: number): SourceLocation | null {
  return instance === -1 || exploration.view.isClosure(instance) ? null : declaredAt(exploration, instance);
}
