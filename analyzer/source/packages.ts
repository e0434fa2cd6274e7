import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackageName } from '../report.ts';

/** The file a script was loaded from, or null for `node:…`, eval and what a bundler made up. */
export function filePath(script: string): string | null {
  if (script.startsWith('file://')) {
    try {
      return fileURLToPath(script);
    } catch {
      return null;
    }
  }
  return path.isAbsolute(script) ? script : null;
}

/** Whose code a script is: part of Node itself, of an installed package, or of the application (null). */
export function isNodeScript(script: string): boolean {
  return script.startsWith('node:');
}

/** Whether a script is the application's own: neither Node's nor in a package. Reads no file. */
export function isApplications(script: string): boolean {
  return !isNodeScript(script) && !PACKAGE.test(script);
}

const PACKAGE = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

/** The innermost package a file lies in, with the version its package.json tells if it can be read; null for the application. */
export function packageOf(file: string): PackageName | null {
  const match = PACKAGE.exec(file);
  if (!match) return null;
  return { name: match[2].replaceAll('\\', '/'), version: versionIn(match[1]) };
}

function versionIn(folder: string): string | null {
  const version = manifestIn(folder)?.['version'];
  return typeof version === 'string' ? version : null;
}

function manifestIn(folder: string): Readonly<Record<string, unknown>> | null {
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) return null;
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** Whether two scripts are of one installed package. */
export function sharesPackage(script: string, other: string): boolean {
  const folder = packageFolder(script);
  return folder !== null && folder === packageFolder(other);
}

/** Whether a script's package says that it needs the package of another one. */
export function dependsOn(script: string, other: string): boolean {
  const folder = packageFolder(script);
  const needed = packageOf(filePath(other) ?? '')?.name;
  if (folder === null || needed === undefined) return false;
  const dependencies = manifestIn(folder)?.['dependencies'];
  return typeof dependencies === 'object' && dependencies !== null && needed in dependencies;
}

const packageFolder = (script: string) => PACKAGE.exec(filePath(script) ?? '')?.[1] ?? null;

/**
 * A file as a person would write it: relative to the application's folder when it lies below it, from `node_modules` on
 * when it is a package's, else whole.
 */
export function displayPath(file: string, root: string | null): string {
  if (root !== null) {
    const relative = path.relative(root, file);
    if (relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)) return relative;
  }
  const at = file.lastIndexOf(`node_modules${path.sep}`);
  return at > 0 ? file.slice(at) : file;
}
