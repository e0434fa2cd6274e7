import { existsSync } from 'node:fs';
import type { Whereabouts } from '../detectors/detector.ts';
import type { PackageName, Site, SourceLocation } from '../report.ts';
import { additions, functionNameAt, propertyDeclaration, variableDeclaration } from './declarations.ts';
import { displayPath, filePath, isNodeScript, packageOf } from './packages.ts';
import type { SourceFile } from './source-file.ts';
import { sourceFiles } from './source-file.ts';
import { originalPosition } from './source-map.ts';

/** Where the culprit stands, in the words of the source. */
export interface Located {
  readonly location: SourceLocation | null;
  /** Where that is in the file that runs; null when it is the same. */
  readonly generated: SourceLocation | null;
  readonly package: PackageName | null;
  /** Function in which it stands, when the source tells: `MemoryStore.init`. */
  readonly within: string | null;
  readonly sites: readonly Site[];
}

/** Finds lines: reads scripts from disk, looks for the declaration of a name, goes through source maps. */
export interface Locator {
  locate(where: Whereabouts): Located;
  /** A script position as a person would look it up: through source maps, relative to the root. */
  toSource(script: string, line: number, column: number): SourceLocation;
  /** The same in the file that runs. */
  toGenerated(script: string, line: number, column: number): SourceLocation;
}

const MAX_SITES = 3;

/** @param root the application's folder, to which paths are made relative; null shows them whole */
export function locator(root: string | null): Locator {
  const files = sourceFiles();

  function toSource(script: string, line: number, column: number): SourceLocation {
    const source = files(script);
    const original = source?.sourceMap ? originalPosition(source.sourceMap, line, column) : null;
    if (original && isShown(original.file))
      return { file: displayPath(original.file, root), line: original.line, column: original.column };
    return toGenerated(script, line, column);
  }

  function toGenerated(script: string, line: number, column: number): SourceLocation {
    const file = filePath(script);
    return { file: file === null ? script : displayPath(file, root), line, column };
  }

  function atOffset(source: SourceFile, script: string, offset: number): SourceLocation {
    const { line, column } = source.positionOf(offset);
    return toSource(script, line, column);
  }

  function sitesOf(source: SourceFile, script: string, name: string | null): Site[] {
    if (name === null) return [];
    return additions(source, name)
      .slice(0, MAX_SITES)
      .map((offset) => ({
        role: 'added',
        what: `adds to \`${name}\``,
        location: atOffset(source, script, offset),
      }));
  }

  return {
    toSource,
    toGenerated,
    locate(where) {
      const { position } = where;
      if (position === null)
        return { location: null, generated: null, package: null, within: null, sites: [] };
      const { script, line, column } = position;
      const file = filePath(script);
      const owner = file === null || isNodeScript(script) ? null : packageOf(file);
      const source = files(script);
      if (source === null) {
        return {
          location: toSource(script, line, column),
          generated: null,
          package: owner,
          within: null,
          sites: [],
        };
      }
      const at = source.offsetOf(line, column);
      const declared = declaration(source, where, at);
      const place = declared === -1 ? { line, column } : source.positionOf(declared);
      const location = toSource(script, place.line, place.column);
      const generated = toGenerated(script, place.line, place.column);
      return {
        location,
        generated: generated.file === location.file ? null : generated,
        package: owner,
        within: functionNameAt(source, declared === -1 ? at : declared),
        sites: sitesOf(source, script, where.look === 'function' ? null : where.name),
      };
    },
  };
}

/** A package often ships its maps without the sources they speak of; then the file that runs is the one to open. */
function isShown(file: string): boolean {
  return existsSync(file) || packageOf(file) === null;
}

function declaration(source: SourceFile, where: Whereabouts, at: number): number {
  if (where.look === 'function' || where.name === null) return -1;
  if (where.look === 'variable') return variableDeclaration(source, where.name, at);
  return propertyDeclaration(source, where.name, where.className, at);
}
