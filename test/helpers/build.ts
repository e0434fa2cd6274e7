import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installBrowser } from './browser.ts';

const ROOT = join(__dirname, '..', '..');
const SOURCES = ['agent', 'analyzer', 'cli', 'ui', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = join(ROOT, 'dist', 'agent', 'index.js');

/**
 * Runs once before all tests: builds what child processes load, unless it is newer than every source, sees to a browser, and
 * gives all of them one temporary folder, so that nothing stays of what browsers, test runners and killed processes leave there.
 * @returns what removes it
 */
export function setup(): () => void {
  buildTypeScript();
  buildNativePart();
  installBrowser(); // here, because files of tests that run at once would both do it
  const folder = mkdtempSync(join(tmpdir(), 'lw-')); // short, because paths of sockets have a limit
  chmodSync(folder, 0o711); // who has given up privileges reaches its own folder in it
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function buildTypeScript(): void {
  const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (SOURCES.every((source) => newestChange(join(ROOT, source)) <= builtAt)) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Where there is no compiler, the tests that need it don't run. */
function buildNativePart(): void {
  const built = join(ROOT, 'prebuilds');
  if (existsSync(built) && newestChange(join(ROOT, 'native')) <= newestChange(built)) return;
  execFileSync(process.execPath, [join(ROOT, 'native', 'build.mjs'), '--if-possible'], { stdio: 'inherit' });
}

/** Epoch milliseconds of the last change of a file, or of anything in a folder. */
function newestChange(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
