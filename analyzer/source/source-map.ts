import { existsSync } from 'node:fs';
import path from 'node:path';
import { LEAST_UPPER_BOUND, TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { readTextSync } from '../open-file.ts';

/** A position in the source a person wrote. */
export interface OriginalPosition {
  readonly file: string;
  readonly line: number; // 1-based
  readonly column: number; // 1-based
  /** Name the generated code renamed, when the map tells. */
  readonly name: string | null;
}

const URL_COMMENT = /^[ \t]*(?:\/\/|\/\*)[#@][ \t]*sourceMappingURL=([^\s*]+)[ \t]*(?:\*\/)?[ \t]*$/gm;
const INLINE = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;
const MAX_MAP_BYTES = 64 * 1024 * 1024; // the largest bundles' maps; more is no map of an application's

/** The source map of a generated file: inline, named in its last comment, or beside it as `<file>.map`; null if none is usable. */
export function loadSourceMap(file: string, text: string): TraceMap | null {
  const url = Array.from(text.matchAll(URL_COMMENT)).at(-1)?.[1];
  const json = url === undefined ? readBeside(`${file}.map`) : readFromUrl(url, file);
  if (json === null) return null;
  try {
    return new TraceMap(json, `file://${file}`);
  } catch {
    return null;
  }
}

function readFromUrl(url: string, file: string): string | null {
  const inline = INLINE.exec(url);
  if (inline) return inline[1] ? Buffer.from(inline[2], 'base64').toString('utf8') : safeDecode(inline[2]);
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return null;
  return readBeside(path.resolve(path.dirname(file), safeDecode(url) ?? url));
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readBeside(file: string): string | null {
  try {
    return existsSync(file) ? readTextSync(file, MAX_MAP_BYTES) : null;
  } catch {
    return null;
  }
}

/** Of what stands there, or else of what comes first after it: indentation has no original. */
function nearestOriginal(map: TraceMap, line: number, column: number) {
  const found = originalPositionFor(map, { line, column });
  return found.source === null ? originalPositionFor(map, { line, column, bias: LEAST_UPPER_BOUND }) : found;
}

/** @param line 1-based @param column 1-based */
export function originalPosition(map: TraceMap, line: number, column: number): OriginalPosition | null {
  const found = nearestOriginal(map, line, column - 1);
  if (found.source === null) return null;
  const file = found.source.startsWith('file://')
    ? decodeURIComponent(found.source.slice('file://'.length))
    : found.source;
  return { file, line: found.line, column: found.column + 1, name: found.name };
}
