import { existsSync } from 'node:fs';
import type { Whereabouts } from '../detectors/detector.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { PackageName, Site, SourceLocation } from '../report.ts';
import {
  additions,
  functionNameAt,
  globalDeclaration,
  propertyDeclaration,
  variableDeclaration,
} from './declarations.ts';
import { boundOn } from './bounds.ts';
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
  /** What a minifier renamed, as its source map tells it; null when it is the name looked for. */
  readonly originalName: string | null;
}

/** Finds lines: reads scripts from disk, looks for the declaration of a name, goes through source maps. */
export interface Locator {
  locate(where: Whereabouts): Located;
  /** A script position as a person would look it up: through source maps, relative to the root. */
  toSource(script: string, line: number, column: number): SourceLocation;
  /** Where the code of a script takes something out of a collection of this name because of its size; null when it does not. */
  boundOn(
    script: string,
    name: string,
  ): { readonly limit: string | null; readonly location: SourceLocation } | null;
  /** What a minifier renamed, as the source calls what is visible by this name there; null when the map does not tell. */
  originalName(name: string, position: ScriptPosition): string | null;
  /** The same in the file that runs. */
  toGenerated(script: string, line: number, column: number): SourceLocation;
}

const MAX_SITES = 3;

/**
 * @param root the application's folder, to which paths are made relative; null shows them whole
 * @param scriptNames where to look for what makes a global
 */
export function locator(root: string | null, scriptNames: readonly string[]): Locator {
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

  function place(where: Whereabouts): { script: string; offset: number } | null {
    if (where.look === 'global') return where.name === null ? null : globalPlace(where.name);
    if (where.look === 'anywhere') return where.name === null ? null : onlyPlace(where.name);
    if (where.position === null) return null;
    const { script, line, column } = where.position;
    const source = files(script);
    if (source === null) return null;
    const at = source.offsetOf(line, column);
    const declared = declaration(source, where, at);
    return { script, offset: declared === -1 ? at : declared };
  }

  /** The application's own files first, then its packages'. */
  function globalPlace(name: string): { script: string; offset: number } | null {
    for (const script of scriptNames.toSorted((a, b) => byPackage(a) - byPackage(b))) {
      const source = isNodeScript(script) ? null : files(script);
      const offset = source?.text.includes(name) ? globalDeclaration(source, name) : -1;
      if (offset !== -1) return { script, offset };
    }
    return null;
  }

  /** A property's declaration when just one file of the application has one: of two, either might be meant. */
  function onlyPlace(name: string): { script: string; offset: number } | null {
    const places = scriptNames.flatMap((script) => {
      const source = isNodeScript(script) || byPackage(script) === 1 ? null : files(script);
      const offset = source?.text.includes(name) ? propertyDeclaration(source, name, null, 0) : -1;
      return offset === -1 ? [] : [{ script, offset }];
    });
    return places.length === 1 ? places[0] : null;
  }

  function describePlace(script: string, offset: number, where: Whereabouts): Located {
    const source = files(script)!;
    const { line, column } = source.positionOf(offset);
    const location = toSource(script, line, column);
    const generated = toGenerated(script, line, column);
    return {
      location,
      generated: generated.file === location.file ? null : generated,
      package: ownerOf(script),
      within: functionNameAt(source, offset),
      sites: sitesOf(source, script, where.look === 'function' ? null : where.name),
      originalName: where.look === 'variable' ? originalName(source, line, column) : null,
    };
  }

  return {
    toSource,
    toGenerated,
    originalName(name, { script, line, column }) {
      const source = files(script);
      if (!source?.sourceMap) return null;
      const declared = variableDeclaration(source, name, source.offsetOf(line, column));
      if (declared === -1) return null;
      const at = source.positionOf(declared);
      return originalName(source, at.line, at.column);
    },
    boundOn(script, name) {
      const source = files(script);
      const bound = source === null ? null : boundOn(source, name);
      return bound && { limit: bound.limit, location: atOffset(source!, script, bound.offset) };
    },
    locate(where) {
      const found = place(where);
      if (found) return describePlace(found.script, found.offset, where);
      const position = where.look === 'global' || where.look === 'anywhere' ? null : where.position;
      if (position === null)
        return {
          location: null,
          generated: null,
          package: null,
          within: null,
          sites: [],
          originalName: null,
        };
      const location = toSource(position.script, position.line, position.column);
      return {
        location,
        generated: null,
        package: ownerOf(position.script),
        within: null,
        sites: [],
        originalName: null,
      };
    },
  };
}

function ownerOf(script: string): PackageName | null {
  const file = filePath(script);
  return file === null || isNodeScript(script) ? null : packageOf(file);
}

const byPackage = (script: string) => (packageOf(script) === null ? 0 : 1);

function originalName(source: SourceFile, line: number, column: number): string | null {
  return source.sourceMap === null ? null : (originalPosition(source.sourceMap, line, column)?.name ?? null);
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
