/** What `leakwatch attach` loads into a process that runs: an agent that goes again without a trace. */
import { sep } from 'node:path';

import { startAgent, type AgentOptions } from './agent.ts';
import { clearInterval, dateNow, setInterval, statSync } from './primordials.ts';

/** How an attempt to attach ended. */
export interface Attachment {
  readonly status: 'attached' | 'runs-already' | 'failed';
  /** Where the agent that runs writes; null when none does. */
  readonly runFolder: string | null;
}

const CHECK_EVERY_MS = 500;

// Whoever attached renews the lease every second; one that was killed, or stopped, cannot detach any more.
const LEASE_MS = 30_000;

/**
 * Starts the agent, and takes it out of the process as soon as the lease is removed, or was not renewed for half a minute.
 * @param leaseFile a file that whoever attached touches
 */
export function attach(options: Partial<AgentOptions>, leaseFile: string): Attachment {
  const agent = startAgent(options);
  const { runFolder } = agent;
  if (runFolder === null) return { status: 'failed', runFolder };
  if (runFolder !== options.runFolder) return { status: 'runs-already', runFolder };
  const timer = setInterval(() => {
    if (isLeased(leaseFile)) return;
    clearInterval(timer);
    agent.stop();
    forgetModules();
  }, CHECK_EVERY_MS);
  timer.unref();
  return { status: 'attached', runFolder };
}

function isLeased(file: string): boolean {
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && dateNow() - status.mtimeMs < LEASE_MS;
}

/** Nothing of the agent stays loaded: the next one to attach may be of another version. */
function forgetModules(): void {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(__dirname + sep)) Reflect.deleteProperty(require.cache, file);
  }
}
