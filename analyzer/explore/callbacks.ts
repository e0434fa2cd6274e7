import type { SourceLocation } from '../report.ts';
import type { Exploration } from './exploration.ts';
import { declaredAt } from './object-name.ts';

/** The function a person wrote, behind bind() and once(). */
export interface Callback {
  readonly functionName: string;
  readonly location: SourceLocation | null;
}

/** What is called, and where it is declared. */
export function callbackOf(exploration: Exploration, closure: number): Callback {
  const { view } = exploration;
  const inner = view.unwrapped(closure);
  return {
    functionName: view.isClosure(inner) ? view.className(inner) : '',
    location: declaredAt(exploration, inner),
  };
}

/** Equal for functions that are made by the same place in the code. */
export function callbackKey({ view, scripts }: Exploration, closure: number): string {
  const inner = view.unwrapped(closure);
  const at = scripts.positionOf(inner);
  const name = view.isClosure(inner) ? view.className(inner) : '';
  return at === null ? name : `${at.script}:${at.line}:${at.column}:${name}`;
}
