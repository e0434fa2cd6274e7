/** The cases of a corpus, and how one of them is run: as its run-case.sh describes, with any Node. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Copies a corpus to where it may be written; what is installed in it comes along. */
export function copyCorpus(source, folder) {
  cpSync(source, folder, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'u+w', folder]);
  return folder;
}

/** Every variant of every case: { name, variant, isLeaky, expected, folder }. */
export function variantsIn(corpus, only) {
  const list = (kind) =>
    readdirSync(join(corpus, kind)).filter((name) => only.length === 0 || only.includes(name));
  const described = (kind, name) => JSON.parse(readFileSync(join(corpus, kind, name, 'case.json'), 'utf8'));
  const one = (kind, name, variant) => ({
    name,
    variant,
    isLeaky: variant === 'leaky',
    expected: described(kind, name),
    folder: join(corpus, kind, name, variant),
  });
  return [
    ...list('cases').flatMap((name) => ['leaky', 'fixed'].map((variant) => one('cases', name, variant))),
    ...list('healthy').map((name) => one('healthy', name, 'app')),
  ];
}

/** A folder to put before PATH in which `node` is the binary asked for. */
export function nodeFolder(work, binary) {
  const folder = join(work, 'node');
  mkdirSync(folder);
  symlinkSync(binary, join(folder, 'node'));
  return folder;
}

/**
 * Starts a case.
 * @returns its process, and a promise of { status, stderr } that never rejects
 */
export function startCase(corpus, { name, variant }, { path, env }) {
  const child = spawn(join(corpus, 'run-case.sh'), [name, variant], {
    env: { ...process.env, ...env, PATH: `${path}:${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: null, stderr: error.message }));
    child.on('close', (status, signal) => resolve({ status: status ?? signal, stderr }));
  });
  return { child, ended };
}
