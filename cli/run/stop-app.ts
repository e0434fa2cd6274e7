import type { AppProcess } from './app-process.ts';
import { signalProcess } from './observed-thread.ts';
import type { RunObserver } from './run-observer.ts';

const STOP_GRACE_MS = 10_000; // what Docker gives; most applications need less than one second
const KILL_GRACE_MS = 2000;
const POLL_MS = 50;

/**
 * Ends the application, politely first: SIGTERM, and SIGKILL to what is still there after ten seconds. Launchers such
 * as npm do not always pass a signal on, so the processes that were recorded are then ended as well.
 */
export async function stopApp(app: AppProcess, observer: RunObserver): Promise<void> {
  app.signal('SIGTERM');
  await goneWithin(STOP_GRACE_MS, async () => app.end !== null);
  await observer.refresh();
  const left = () => new Set(observer.threads.filter(({ isRunning }) => isRunning).map(({ pid }) => pid));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of left()) signalProcess(pid, signal);
    await goneWithin(KILL_GRACE_MS, async () => (await observer.refresh(), left().size === 0));
  }
  if (app.end === null) app.signal('SIGKILL');
  await app.ended;
}

async function goneWithin(graceMs: number, gone: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + graceMs;
  while (!(await gone()) && Date.now() < deadline) await new Promise((resume) => setTimeout(resume, POLL_MS));
}
