import type { StackFrame } from '../agent/recording.ts';
import { displayPath, filePath } from '../analyzer/source/packages.ts';
import { loadSourceMap, originalPosition } from '../analyzer/source/source-map.ts';
import type { Frame } from './api.ts';
import { readInside } from './source-excerpt.ts';

/** A profile tells no column: on a longer line, which is a bundle's, it cannot be told which part is meant. */
const MAX_LINE_LENGTH = 500;

/** Far beyond any column of such a line: finds the last mapped place of the line. */
const LAST_COLUMN = 10_000;

type LineToSource = (line: number) => { readonly file: string; readonly line: number } | null;

/** Frames as a person would look them up; each file is read once. */
export class CodePlaces {
  private readonly mapped = new Map<string, Promise<LineToSource>>();

  /** @param folder where the process ran; files elsewhere are not read, only named */
  async frame({ functionName, file, line }: StackFrame, folder: string): Promise<Frame> {
    const path = filePath(file);
    if (path === null) return { functionName, file, line };
    const source = (await this.sourceOf(path, folder))(line);
    return {
      functionName,
      file: displayPath(source?.file ?? path, folder),
      line: source?.line ?? line,
    };
  }

  private sourceOf(path: string, folder: string): Promise<LineToSource> {
    const key = `${folder}\0${path}`;
    let source = this.mapped.get(key);
    if (!source) {
      source = readInside(folder, path).then((text) =>
        text === null ? () => null : mappedLines(path, text),
      );
      this.mapped.set(key, source);
    }
    return source;
  }
}

function mappedLines(path: string, text: string): LineToSource {
  const map = loadSourceMap(path, text);
  if (map === null) return () => null;
  const lengths = text.split('\n').map((line) => line.length);
  return (line) => {
    if ((lengths[line - 1] ?? Infinity) > MAX_LINE_LENGTH) return null;
    return originalPosition(map, line, 1) ?? originalPosition(map, line, LAST_COLUMN);
  };
}
