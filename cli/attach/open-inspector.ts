/** Opens the inspector of a process that runs, and closes it again. */
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { LeakwatchError } from '../../analyzer/error.ts';
import { pause } from '../run/run-observer.ts';
import { connectInspector, type InspectorClient } from './inspector-client.ts';
import { listeningPorts, usualPorts } from './target.ts';

const OPEN_MS = 10_000;
const POLL_MS = 50;

export interface OpenInspector {
  readonly client: InspectorClient;
  /** It was opened here, not by the user. */
  readonly isOurs: boolean;
  readonly port: number;
}

/**
 * Connects to the inspector of the process: the one that is open, or one that SIGUSR1 opens on the loopback.
 * @throws LeakwatchError NO_ATTACH when none opens
 */
export async function openInspector(pid: number): Promise<OpenInspector> {
  const before = listeningPorts(pid);
  // The application's own servers are not asked: whose request that is would puzzle its owner.
  const open = await findInspector(before.filter((port) => usualPorts(pid).includes(port)));
  if (open !== null) return { ...open, client: await connectInspector(open.url), isOurs: false };
  process.kill(pid, 'SIGUSR1');
  const deadline = Date.now() + OPEN_MS;
  while (Date.now() < deadline) {
    const found = await findInspector(listeningPorts(pid).filter((port) => !before.includes(port)));
    if (found !== null) return { ...found, client: await connectInspector(found.url), isOurs: true };
    await pause(POLL_MS, NEVER);
  }
  throw new LeakwatchError(
    'NO_ATTACH',
    `Process ${pid} did not open its inspector: port 9229 is taken by another one, or the application has a listener of its own for SIGUSR1.`,
  );
}

/** Disconnects, and closes the inspector if it was opened here; resolves when its port is closed. */
export async function closeInspector(pid: number, { client, isOurs, port }: OpenInspector): Promise<void> {
  if (!isOurs) return client.close();
  // Closing waits for connections to end, so it comes after this one has.
  await client.send('Runtime.evaluate', {
    expression: `{
      const { close } = (process.getBuiltinModule ?? require)('inspector');
      (process.getBuiltinModule ?? require)('timers').setTimeout(close, ${CLOSE_AFTER_MS});
    }`,
    includeCommandLineAPI: true,
  });
  await client.close();
  const deadline = Date.now() + OPEN_MS;
  while (Date.now() < deadline && isThere(pid) && listeningPorts(pid).includes(port))
    await pause(POLL_MS, NEVER);
}

const CLOSE_AFTER_MS = 100;

const NEVER = new AbortController().signal;

interface Found {
  readonly url: string;
  readonly port: number;
}

/** Null when none of the ports is an inspector's. */
async function findInspector(ports: readonly number[]): Promise<Found | null> {
  for (const port of ports) {
    const targets = await targetsAt(port);
    const url = targets?.[0]?.webSocketDebuggerUrl;
    if (url !== undefined) return { url, port };
  }
  return null;
}

type Targets = readonly { readonly webSocketDebuggerUrl?: string }[];

/** Null when the port answers no such question. */
async function targetsAt(port: number): Promise<Targets | null> {
  return new Promise((resolve) => {
    const request = get(
      { port, host: '127.0.0.1', path: '/json/list', agent: false, timeout: 1000 },
      (response) => {
        text(response).then(
          (body) => resolve(parsedTargets(body)),
          () => resolve(null),
        );
      },
    );
    request.on('error', () => resolve(null));
    request.on('timeout', () => request.destroy());
  });
}

function parsedTargets(body: string): Targets | null {
  try {
    const targets: unknown = JSON.parse(body);
    return Array.isArray(targets) ? (targets as Targets) : null;
  } catch {
    return null;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
