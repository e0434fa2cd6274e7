import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.cjs', import.meta.url));

/** The server in a process of its own; `ask` sends a message and gives the answer of the same type. */
export async function startServer({ execPath = process.execPath, execArgv = [], env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leakwatch-pause-'));
  const child = fork(SERVER, {
    execPath,
    execArgv,
    env: { ...process.env, LEAKWATCH_DIR: folder, ...env },
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  const answer = (type) =>
    new Promise((resolve, reject) => {
      const onMessage = (message) => {
        if (message.type !== type) return;
        child.off('message', onMessage);
        resolve(message);
      };
      child.on('message', onMessage);
      void ended.then((how) => reject(new Error(`the server ended: ${how}`)));
    });
  const { port } = await answer('ready');
  return {
    port,
    pid: child.pid,
    ask(type, more = {}) {
      const answered = answer(type);
      child.send({ type, ...more });
      return answered;
    },
    async stop() {
      child.send({ type: 'end' });
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
