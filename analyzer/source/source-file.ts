import type { Node } from 'acorn';
import { parse } from 'acorn';
import type { TraceMap } from '@jridgewell/trace-mapping';
import { readTextSync } from '../open-file.ts';
import { filePath } from './packages.ts';
import { loadSourceMap } from './source-map.ts';

/** A script's text with what can be known from it. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** Null when it is no JavaScript that the parser knows (TypeScript run as it is, for one). */
  readonly program: Node | null;
  readonly sourceMap: TraceMap | null;
  /** Offset of a 1-based line and column. */
  offsetOf(line: number, column: number): number;
  /** 1-based line and column of an offset. */
  positionOf(offset: number): { readonly line: number; readonly column: number };
}

/** A script as the engine was given it, where that is not what its file holds: a test runner or a loader has compiled it. */
export interface ScriptText {
  readonly text: string;
  /** Characters that were put before what the engine counts as the first column of the first line. */
  readonly prefixLength: number;
}

/** File of a script -> its text. */
export type ScriptTexts = ReadonlyMap<string, ScriptText>;

const MAX_SOURCE_BYTES = 16 * 1024 * 1024; // parsing more would cost more than the verdict

/** Reads each script once, if its text is not known; null when its file is gone, too large, or was never a file. */
export function sourceFiles(texts: ScriptTexts = new Map()): (script: string) => SourceFile | null {
  const byScript = new Map<string, SourceFile | null>();
  return (script) => {
    let source = byScript.get(script);
    if (source === undefined) {
      source = load(script, texts);
      byScript.set(script, source);
    }
    return source;
  };
}

function load(script: string, texts: ScriptTexts): SourceFile | null {
  const file = filePath(script);
  if (file === null) return null;
  const known = texts.get(file);
  const text = known?.text ?? textOf(file);
  if (text === null) return null;
  const lineStarts = [known?.prefixLength ?? 0, ...startsOfLines(text).slice(1)];
  return {
    file,
    text,
    program: parseProgram(text),
    sourceMap: loadSourceMap(file, text),
    offsetOf: (line, column) => (lineStarts[line - 1] ?? text.length) + column - 1,
    positionOf(offset) {
      const line = lineOf(lineStarts, offset);
      return { line, column: offset - lineStarts[line - 1] + 1 };
    },
  };
}

function textOf(file: string): string | null {
  try {
    return readTextSync(file, MAX_SOURCE_BYTES);
  } catch {
    return null;
  }
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

function parseProgram(text: string): Node | null {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        allowHashBang: true,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: sourceType === 'module',
      });
    } catch {
      continue;
    }
  }
  return null;
}
