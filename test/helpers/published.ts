import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'leakwatch-published');

/**
 * The node_modules folder with packages that only tests need and that are too large to be depended on, from npm into a cache
 * the first time.
 * @param name of the set
 * @param packages with exact versions: `jest@30.5.2`
 */
export function published(name: string, packages: readonly string[]): string {
  const home = join(CACHE, name);
  if (!existsSync(home)) install(packages, home);
  return join(home, 'node_modules');
}

/** Installs beside and renames, because several test files may come to need the same packages at once. */
function install(packages: readonly string[], home: string): void {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  const options = ['--silent', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--force'];
  execFileSync('npm', ['install', ...options, '--prefix', draft, ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
}
