import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../analyzer/check/scenario.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { systemReason } from '../system-error.ts';
import { checkedConfig } from './checked-config.ts';
import type { CheckConfig } from './config.ts';

const NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((extension) => `leakwatch.config.${extension}`);

/** A config, and where it lies: the paths in it are relative to its folder. */
export interface LoadedConfig {
  readonly file: string;
  readonly folder: string;
  readonly config: CheckConfig;
}

/**
 * The config's file: the one that was named, or else the one in the current folder.
 * @throws LeakwatchError CONFIG when there is none
 */
export function configFile(given: string | undefined): string {
  const file = given === undefined ? findConfig() : resolve(given);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new LeakwatchError('CONFIG', `There is no file ${given}.`);
  if (!found.isFile()) throw new LeakwatchError('CONFIG', `${given} is no file.`);
  return file;
}

/** Whether to load it is to run the code of others. */
export const isModule = (file: string): boolean => extname(file) !== '.json';

/** @throws LeakwatchError CONFIG with one sentence: a syntax error, an unknown word */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const loaded = isModule(file) ? await importModule(file) : readJson(file);
  return { file, folder: dirname(file), config: checkedConfig(loaded, basename(file)) };
}

/**
 * The default export of a module, or what a CommonJS one exports.
 * @throws LeakwatchError CONFIG
 */
export async function importModule(file: string): Promise<unknown> {
  const address = pathToFileURL(file).href;
  try {
    const module = (await import(address)) as { default?: unknown };
    return unwrapped(module.default ?? module);
  } catch (error) {
    throw new LeakwatchError('CONFIG', reasonWhy(file, error), { cause: error });
  }
}

/** What a compiler made of a default export stands one level deeper. */
function unwrapped(value: unknown): unknown {
  const isCompiled =
    typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value;
  return isCompiled ? value.default : value;
}

function findConfig(): string {
  const name = NAMES.find((one) => existsSync(one));
  if (name !== undefined) return resolve(name);
  throw new LeakwatchError(
    'CONFIG',
    `There is no leakwatch.config.ts, .js, .mjs or .json in ${process.cwd()}.`,
  );
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LeakwatchError('CONFIG', `${basename(file)} cannot be read: ${systemReason(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LeakwatchError('CONFIG', `${basename(file)} is no JSON: ${messageOf(error)}.`);
  }
}

const UNKNOWN_TYPESCRIPT = /^Unknown file extension "\.[mc]?ts"/;

function reasonWhy(file: string, error: unknown): string {
  const name = basename(file);
  if (UNKNOWN_TYPESCRIPT.test(messageOf(error)))
    return `${name} cannot be loaded: Node ${process.version} reads no TypeScript; use Node 22.18 or newer, write it as .mjs, or start leakwatch with \`node --import tsx\`.`;
  const line = lineIn(file, error);
  return `${name} cannot be loaded: ${firstLine(messageOf(error))}${line === null ? '' : ` (line ${line})`}.`;
}

/** The one that says what is wrong: after a colon that is the next one. */
const firstLine = (text: string) =>
  (/^.*?(?::\n.*|$)/m.exec(text)?.[0] ?? '').replace('\n', ' ').replace(/\.$/, '');

/** Of a syntax error: V8 tells its line only where it ends a process. */
function lineIn(file: string, error: unknown): number | null {
  const isSyntax =
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'SyntaxError';
  if (!isSyntax) return null;
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
  const line = /:(\d+)\r?$/m.exec(
    stderr.split('\n').find((text) => text.includes(basename(file))) ?? '',
  )?.[1];
  return line === undefined ? null : Number(line);
}
