import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { CheckReport, Problem } from '../check-report.ts';

/** Where a problem stands, as CI systems want it: a path below the repository with slashes. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Null for a problem without a line, and for one outside of the repository: a CI system could show neither. */
export function placeOf(
  { location }: Pick<Problem, 'location'>,
  { root, repository }: CheckReport,
): Place | null {
  if (location === null || location.file.startsWith('node:')) return null;
  const path = relative(repository, resolve(root, location.file));
  if (path === '' || path.startsWith('..') || isAbsolute(path)) return null;
  return {
    file: path.toWellFormed().split(sep).join('/'),
    line: Math.max(1, location.line),
    column: Math.max(1, location.column),
  };
}
