import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies, validRange } from 'semver';
import { LeakwatchError } from '../error.ts';
import type { Finding, KnownLeak } from '../report.ts';
import published from './known-leaks.json';

/** A leak of a published package that others have met before. */
export interface KnownLeakEntry extends KnownLeak {
  /** Names of which a finding's culprit must have one: a variable, property, class, event or function. */
  readonly culprit: readonly string[];
}

/** What a project may add to the list: a file in the application's folder, in the form of known-leaks.json. */
export const USERS_FILE = 'leakwatch.known-leaks.json';

/**
 * Says of findings that somebody else has met the leak already, and which version is without it.
 * @param root the application's folder, where it may have a list of its own
 * @throws LeakwatchError KNOWN_LEAKS when that list is none
 */
export function tellKnownLeaks(findings: readonly Finding[], root: string): Finding[] {
  const entries = [...usersEntries(root), ...published];
  return findings.map((finding) => {
    const entry = entries.find((one) => isMet(one, finding));
    return entry === undefined ? finding : withKnownLeak(finding, entry);
  });
}

function withKnownLeak(finding: Finding, entry: KnownLeakEntry): Finding {
  const { culprit: _names, ...knownLeak } = entry;
  const update =
    knownLeak.fixedIn === null ? '' : `Update ${knownLeak.package} to ${knownLeak.fixedIn} or newer. `;
  return { ...finding, knownLeak, fix: `${update}${finding.fix}` };
}

function isMet(entry: KnownLeakEntry, { culprit }: Finding): boolean {
  const { name, version } = culprit.package ?? { name: null, version: null };
  if (name !== entry.package || version === null) return false;
  if (!satisfies(version, entry.affected, { includePrerelease: true })) return false;
  const words = new Set([culprit.name, culprit.className ?? '', culprit.property ?? ''].flatMap(wordsOf));
  return entry.culprit.some((known) => words.has(known));
}

/** `opts.cache`, `bus 'change' listeners (onChange)` -> the names in it. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? [];
}

function usersEntries(root: string): readonly KnownLeakEntry[] {
  const file = join(root, USERS_FILE);
  const text = textOf(file);
  if (text === null) return [];
  const list = parsed(text);
  if (Array.isArray(list) && list.every(isEntry)) return list;
  throw new LeakwatchError(
    'KNOWN_LEAKS',
    `${file} is no list of known leaks: each has package, affected, culprit (a list of names), summary, fixedIn and url.`,
  );
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new LeakwatchError('KNOWN_LEAKS', `${file} cannot be read.`, { cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is KnownLeakEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  const isText = (field: string) => typeof entry[field] === 'string';
  return (
    ['package', 'summary', 'url'].every(isText) &&
    (isText('fixedIn') || entry.fixedIn === null) &&
    typeof entry.affected === 'string' &&
    validRange(entry.affected) !== null &&
    Array.isArray(entry.culprit) &&
    entry.culprit.every((name) => typeof name === 'string')
  );
}
