import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startLoad } from '../../cli/run/load-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

function load(command: string, { repeat = false } = {}) {
  const logFile = join(temporaryFolder(), 'load.log');
  const started = startLoad({ command, port: 4711, logFile, repeat, env: process.env, cwd: process.cwd() });
  return { ...started, logFile, said: () => readFileSync(logFile, 'utf8') };
}

test('knows the port as $PORT, as ${PORT} and in its environment', async () => {
  const { over, said } = load(`echo $PORT \${PORT} $PORTAL; node -p process.env.PORT`);
  expect(await over).toBeNull();
  expect(said()).toBe('4711 4711\n4711\n');
});

test('finds the commands of the packages', async () => {
  const { over, said } = load('autocannon --version');
  expect(await over).toBeNull();
  expect(said()).toMatch(/autocannon/);
});

test.each([
  ['no-such-command-at-all', /^The load failed \(exit code 127\): .*not found$/],
  ['echo first; echo second; exit 3', /^The load failed \(exit code 3\): first \/ second$/],
  ['exit 3', /^The load failed \(exit code 3\) and said nothing$/],
  ['kill -9 $$', /^The load failed \(killed by SIGKILL\) and said nothing$/],
])('`%s` fails with a sentence', async (command, sentence) => {
  expect(await load(command).over).toMatch(sentence);
});

test('starts again when it ends before its time', async () => {
  const { over, stop, said } = load('echo round', { repeat: true });
  await vi.waitUntil(() => said().startsWith('round\nround\n'), { timeout: 120_000 });
  await stop();
  expect(await over).toBeNull();
});

test('takes its children along when it is stopped', async () => {
  const { stop, said } = load(
    `node -e "console.log(process.pid); setInterval(() => {}, 1000)"; echo survived`,
  );
  await vi.waitUntil(() => /^\d+\n/.test(said()), { timeout: 120_000 });
  await stop();
  expect(said()).not.toContain('survived');
  await vi.waitUntil(() => hasEnded(said().trim()), { timeout: 120_000 });
});

test('its log is for its owner alone', async () => {
  const { over, logFile } = load('true');
  await over;
  expect(statSync(logFile).mode & 0o777).toBe(0o600);
});

/** Whether it is gone, or nobody has asked yet how it ended. */
function hasEnded(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
