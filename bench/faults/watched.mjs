/** Runs an application with the agent or without, and reads what it has left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const AGENT = join(DIST, 'agent', 'index.js');

const { readRecording } = createRequire(import.meta.url)(join(DIST, 'analyzer', 'recording-reader.js'));

/**
 * @param {{ node: string, home: string }} surroundings
 * @param {string} source of an application in CommonJS
 * @param {{ watched?: boolean, options?: string[], env?: object, runFolder?: string, shell?: string,
 *   whileRunning?: (app: { pid: number, kill: (signal: string) => void, runFolder: string, said: Promise }) => Promise<void> }} how
 */
export async function run({ node, home }, source, how = {}) {
  const { watched = true, options = [], env = {}, shell, whileRunning } = how;
  const folder = mkdtempSync(join(home, 'app-'));
  const runFolder = how.runFolder ?? join(folder, 'run');
  writeFileSync(join(folder, 'app.cjs'), source);
  const command = [node, ...options, ...(watched ? ['--require', AGENT] : []), join(folder, 'app.cjs')];
  const [program, ...words] = shell === undefined ? command : ['/bin/sh', '-c', shell, 'sh', ...command];
  const startedAt = Date.now();
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, LEAKWATCH_DIR: runFolder, LEAKWATCH_INTERVAL_MS: '100', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  const said = once(child.stdout, 'data');
  await whileRunning?.({ pid: child.pid, kill: (signal) => child.kill(signal), runFolder, said });
  const [[exitCode, signal], stdout, stderr] = await ended;
  const endedAt = Date.now();
  return { exitCode, signal, stdout, stderr, seconds: (endedAt - startedAt) / 1000, endedAt, runFolder };
}

/** All recordings of a run folder. */
export async function recordingsIn(runFolder) {
  const names = existsSync(runFolder) ? readdirSync(runFolder) : [];
  return Promise.all(
    names
      .filter((name) => name.endsWith('.recording.jsonl'))
      .map((name) => readRecording(join(runFolder, name))),
  );
}

/** Waits until there is an answer. */
export async function until(question) {
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** Whether two runs did the same, but for addresses and numbers in what they say of their end. */
export function isSame(one, other) {
  return (
    one.exitCode === other.exitCode &&
    one.signal === other.signal &&
    one.stdout === other.stdout &&
    comparable(one.stderr) === comparable(other.stderr)
  );
}

function comparable(stderr) {
  return stderr
    .replaceAll(/app-\w+|0x[0-9a-f]+|\d+/g, '#')
    .split('\n')
    .filter((line) => !/^\s*(#|$)|^<---|#:/.test(line))
    .join('\n');
}
