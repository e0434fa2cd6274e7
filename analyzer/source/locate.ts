import { existsSync } from 'node:fs';
import type { Whereabouts } from '../detectors/detector.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { PackageName, Site, SourceLocation } from '../report.ts';
import { isKeyedByAsyncId } from './async-keys.ts';
import { additions, functionNameAt, propertyDeclaration, variableDeclaration } from './declarations.ts';
import { blockVariable } from './block-variable.ts';
import type { Limit } from './bounds.ts';
import { boundOn, boundOnElements } from './bounds.ts';
import type { Expiry } from './expiry.ts';
import { expiryBy, expiryOnAdding } from './expiry.ts';
import { functionsMentioning, functionSpan, mentions } from './captures.ts';
import { localVariables } from './local-variable.ts';
import type { Place } from './places.ts';
import { placesIn } from './places.ts';
import { displayPath, filePath, isApplications, isNodeScript, packageOf } from './packages.ts';
import { removalsFrom } from './removals.ts';
import { settingsOf } from './settings.ts';
import type { ScriptTexts, SourceFile } from './source-file.ts';
import { sourceFiles } from './source-file.ts';
import { originalPosition } from './source-map.ts';
import { additionsInText, propertyInText, variableInText } from './text-declarations.ts';

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
  /**
   * Where the code of a script takes something out of a collection of this name because of its size, or out of those that are its
   * elements; null when it does not.
   */
  boundOn(
    script: string,
    name: string,
    of?: 'elements',
  ): (Limit & { readonly location: SourceLocation }) | null;
  /** What the code calls the variable of a block around this position that holds an object of the class, if that is clear. */
  blockVariable(position: ScriptPosition, className: string): string | null;
  /**
   * The variable in which a frame holds an object of the class, where just one may: of the function at a position, or of any of
   * the application's own.
   */
  localVariable(
    position: ScriptPosition | null,
    className: string,
  ): { readonly name: string; readonly position: ScriptPosition } | null;
  /**
   * The number that a limit of this name is given: by the application's own options, else where the script declares it. NaN
   * where only the running program knows, null where nothing is said of it.
   */
  settingOf(script: string, name: string): number | null;
  /** How a function that a timer calls takes something out of a collection of this name; null when it does not. */
  expiryBy(
    script: string,
    name: string,
    timed: ScriptPosition,
  ): (Expiry & { readonly location: SourceLocation }) | null;
  /** How adding to a collection takes out what is too old; null when it does not. */
  expiryOnAdding(script: string, name: string): (Expiry & { readonly location: SourceLocation }) | null;
  /** Whether the code of a script takes something out of a collection of this name at all. */
  removesFrom(script: string, name: string): boolean;
  /** What a minifier renamed, as the source calls what is visible by this name there; null when the map does not tell. */
  originalName(name: string, position: ScriptPosition): string | null;
  /** What a person calls the function at a position: `MemoryStore.init`, `callback of setInterval in poll`; null when its source does not tell. */
  functionName(position: ScriptPosition): string | null;
  /** Where the function at a position begins and ends in the source; null when its source does not tell. */
  functionSpan(
    position: ScriptPosition,
  ): { readonly from: SourceLocation; readonly to: SourceLocation } | null;
  /** Whether the function at a position may read a variable; null when its source does not tell. */
  mentions(name: string, position: ScriptPosition): boolean | null;
  /** Whether the code of a script puts something into a collection of this name under the id of an asynchronous resource. */
  isKeyedByAsyncId(script: string, name: string): boolean;
  /** Whether the script at a position makes a property of this name: false where it has no source. */
  declares(property: string, position: ScriptPosition): boolean;
  /** Where the one script stands that makes a property of this name; null where none does, or several. */
  maker(property: string): ScriptPosition | null;
  /** Functions of the source that may read a variable which is visible at a position. */
  functionsMentioning(name: string, position: ScriptPosition): readonly NamedPlace[];
  /** The same in the file that runs. */
  toGenerated(script: string, line: number, column: number): SourceLocation;
}

/** A function and where it stands; the name is null for one that has none. */
export interface NamedPlace {
  readonly name: string | null;
  readonly location: SourceLocation;
}

const MAX_SITES = 3;

/**
 * @param root the application's folder, to which paths are made relative; null shows them whole
 * @param scriptNames where to look for what makes a global
 * @param texts of scripts whose files hold something else
 */
export function locator(root: string | null, scriptNames: readonly string[], texts?: ScriptTexts): Locator {
  const files = sourceFiles(texts);
  const places = placesIn(scriptNames, files);

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
    return (source.program === null ? additionsInText(source.text, name) : additions(source, name))
      .slice(0, MAX_SITES)
      .map((offset) => ({
        role: 'added',
        what: `adds to \`${name}\``,
        location: atOffset(source, script, offset),
      }));
  }

  function place(where: Whereabouts): Place | null {
    if (where.look === 'global') return where.name === null ? null : places.ofGlobal(where.name);
    if (where.look === 'anywhere') return where.name === null ? null : places.ofOnlyProperty(where.name);
    if (where.look === 'call') return places.ofOnlyCall(where.calls ?? [], where.isAnywhere ?? false);
    if (where.position === null) return null;
    const { script, line, column } = where.position;
    const source = files(script);
    if (source === null) return null;
    const at = source.offsetOf(line, column);
    const declared = declaration(source, where, at);
    return { script, offset: declared === -1 ? at : declared };
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
    blockVariable({ script, line, column }, className) {
      const source = isNodeScript(script) ? null : files(script);
      return source && blockVariable(source, source.offsetOf(line, column), className);
    },
    localVariable(position, className) {
      const scripts = position === null ? scriptNames.filter(isApplications) : [position.script];
      const found = scripts.flatMap((script) => {
        const source = files(script);
        if (source === null) return [];
        const at = position === null ? null : source.offsetOf(position.line, position.column);
        return localVariables(source, className, at).map(({ name, offset }) => ({
          name,
          position: { script, ...source.positionOf(offset) },
        }));
      });
      return found.length === 1 ? found[0] : null;
    },
    originalName(name, { script, line, column }) {
      const source = files(script);
      if (!source?.sourceMap) return null;
      const declared = variableDeclaration(source, name, source.offsetOf(line, column));
      if (declared === -1) return null;
      const at = source.positionOf(declared);
      return originalName(source, at.line, at.column);
    },
    functionName({ script, line, column }) {
      const source = files(script);
      return source === null ? null : functionNameAt(source, source.offsetOf(line, column));
    },
    functionSpan({ script, line, column }) {
      const source = files(script);
      const span = source === null ? null : functionSpan(source, source.offsetOf(line, column));
      return span && { from: atOffset(source!, script, span[0]), to: atOffset(source!, script, span[1] - 1) };
    },
    mentions(name, { script, line, column }) {
      const source = files(script);
      return source === null ? null : mentions(source, source.offsetOf(line, column), name);
    },
    isKeyedByAsyncId(script, name) {
      const source = files(script);
      return source !== null && isKeyedByAsyncId(source, name);
    },
    declares(property, { script, line, column }) {
      const source = files(script);
      if (source === null) return false;
      const where: Whereabouts = { position: null, look: 'property', name: property, className: null };
      return declaration(source, where, source.offsetOf(line, column)) !== -1;
    },
    maker(property) {
      const made = places.ofOnlyProperty(property, true);
      return made && { script: made.script, ...files(made.script)!.positionOf(made.offset) };
    },
    functionsMentioning(name, { script, line, column }) {
      const source = files(script);
      const declared = source ? variableDeclaration(source, name, source.offsetOf(line, column)) : -1;
      if (source === null || declared === -1) return [];
      return functionsMentioning(source, name, declared).map(({ name: own, offset }) => ({
        name: own,
        location: atOffset(source, script, offset),
      }));
    },
    boundOn(script, name, of) {
      const source = files(script);
      const find = of === 'elements' ? boundOnElements : boundOn;
      const bound = source === null ? null : find(source, name);
      return bound && { ...bound, location: atOffset(source!, script, bound.offset) };
    },
    settingOf(script, name) {
      const own = scriptNames.filter((other) => other !== script && isApplications(other));
      const option = name.replace(/^[_#]+/, ''); // what a field keeps
      for (const [among, called] of [
        [own, option],
        [[script], name],
      ] as const) {
        const values = among.flatMap((other) => settingsIn(files(other), called));
        if (values.length > 0) return Math.max(...values);
      }
      return null;
    },
    expiryBy(script, name, timed) {
      const source = files(script);
      const timedSource = files(timed.script);
      if (source === null || timedSource === null) return null;
      const offset = timedSource.offsetOf(timed.line, timed.column);
      const expiry = expiryBy(source, name, { source: timedSource, offset });
      return expiry && { ...expiry, location: atOffset(source, script, expiry.offset) };
    },
    expiryOnAdding(script, name) {
      const source = files(script);
      const expiry = source === null ? null : expiryOnAdding(source, name);
      return expiry && { ...expiry, location: atOffset(source!, script, expiry.offset) };
    },
    removesFrom(script, name) {
      const source = files(script);
      return source !== null && removalsFrom(source, name).length > 0;
    },
    locate(where) {
      const found = place(where);
      if (found) return describePlace(found.script, found.offset, where);
      const position = ['global', 'anywhere', 'call'].includes(where.look) ? null : where.position;
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

const settingsIn = (source: SourceFile | null, name: string) =>
  source === null ? [] : settingsOf(source, name);

function originalName(source: SourceFile, line: number, column: number): string | null {
  return source.sourceMap === null ? null : (originalPosition(source.sourceMap, line, column)?.name ?? null);
}

/** A package often ships its maps without the sources they speak of; then the file that runs is the one to open. */
function isShown(file: string): boolean {
  return existsSync(file) || packageOf(file) === null;
}

function declaration(source: SourceFile, where: Whereabouts, at: number): number {
  if (where.look === 'function' || where.name === null) return -1;
  if (source.program === null) return declarationInText(source, where, at);
  if (where.look === 'variable') return variableDeclaration(source, where.name, at);
  return propertyDeclaration(source, where.name, where.className, at);
}

function declarationInText({ text }: SourceFile, { look, name, className }: Whereabouts, at: number): number {
  if (name === null) return -1;
  return look === 'variable' ? variableInText(text, name, at) : propertyInText(text, name, className, at);
}
