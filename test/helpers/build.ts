import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const SOURCES = ['agent', 'analyzer', 'cli', 'ui', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = join(ROOT, 'dist', 'agent', 'index.js');

/** Runs once before all tests: builds what child processes load, unless it is newer than every source. */
export function setup(): void {
  buildTypeScript();
  buildNativePart();
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
