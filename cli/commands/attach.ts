import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsFromEnvironment } from '../../agent/options.ts';
import { loadAgent } from '../attach/load-agent.ts';
import { closeInspector, openInspector } from '../attach/open-inspector.ts';
import { checkTarget } from '../attach/target.ts';
import { defineCommand } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { signalProcess } from '../run/observed-thread.ts';
import { createRunFolder, discardRunFolder, shownFolder } from '../run/run-folder.ts';
import { pause, RunObserver } from '../run/run-observer.ts';
import { UsageError } from '../usage-error.ts';

const RENEW_MS = 1000;
const DETACH_MS = 15_000;

export const attachCommand = defineCommand({
  name: 'attach',
  summary: 'Start the agent in a process that runs, and take it out again',
  usage: '[options] <pid>',
  details: [
    'Opens the inspector of the process by SIGUSR1, loads the agent into its main thread and its worker threads, and closes the ' +
      'inspector. Ctrl-C, or the end of the duration, takes the agent out again; nothing stays but the run folder, whose path goes ' +
      'to stdout. On its stderr the process says that a debugger listens. The agent reads the LEAKWATCH_* variables of this command.',
  ],
  examples: [
    ['leakwatch attach 4711', 'until Ctrl-C'],
    ['leakwatch attach --duration 10m 4711 && leakwatch analyze', 'for a while, then look'],
  ],
  options: {
    duration: {
      alias: 'd',
      type: 'string',
      requiresArg: true,
      describe: 'How long; until Ctrl-C by default',
    },
    out: { alias: 'o', type: 'string', requiresArg: true, describe: 'Where the run is kept' },
  },
  async run({ flags, operands, terminal }) {
    const pid = pidOf(operands);
    const durationMs = flags.duration === undefined ? null : parseDuration(flags.duration);
    checkTarget(pid);
    const folder = createRunFolder(flags.out, new Date());
    const leaseFile = join(folder, LEASE_FILE);
    writeFileSync(leaseFile, '', { mode: 0o600 });
    const interruption = abortedBySignal();
    try {
      const threads = await attached(pid, folder, leaseFile);
      terminal.note(
        `attached to process ${pid}, ${threads} ${threads === 1 ? 'thread' : 'threads'}; Ctrl-C detaches`,
      );
      await keepAttached({ pid, leaseFile, durationMs, signal: interruption.signal });
    } catch (error) {
      rmSync(leaseFile, { force: true });
      discardRunFolder(folder);
      throw error;
    } finally {
      interruption.release();
    }
    rmSync(leaseFile, { force: true });
    const hasEnded = await isDetached(folder);
    terminal.note(
      hasEnded ? 'detached' : 'it does not answer, and will detach when its event loop comes round',
    );
    terminal.out.write(`${shownFolder(folder)}\n`);
    return 0;
  },
});

const LEASE_FILE = 'attached';

function pidOf(operands: readonly string[]): number {
  const [text = ''] = operands;
  if (operands.length === 1 && /^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError('One process is to be named by its pid.', 'For example: leakwatch attach 4711');
}

/** How many threads the agent was started in. */
async function attached(pid: number, folder: string, leaseFile: string): Promise<number> {
  const inspector = await openInspector(pid);
  try {
    const options = { ...optionsFromEnvironment(), enabled: true, runFolder: folder };
    return await loadAgent(inspector.client, { options, leaseFile });
  } finally {
    await closeInspector(pid, inspector);
  }
}

interface Lease {
  readonly pid: number;
  readonly leaseFile: string;
  /** Null is until the signal. */
  readonly durationMs: number | null;
  readonly signal: AbortSignal;
}

/** Renews the lease until the time is over, somebody interrupts, or the process has ended. */
async function keepAttached({ pid, leaseFile, durationMs, signal }: Lease): Promise<void> {
  const untilMs = durationMs === null ? Infinity : Date.now() + durationMs;
  while (!signal.aborted && Date.now() < untilMs && signalProcess(pid, 0)) {
    const now = new Date();
    utimesSync(leaseFile, now, now);
    await pause(Math.min(RENEW_MS, untilMs - Date.now()), signal);
  }
}

/** Waits for the last line of every recording. */
async function isDetached(folder: string): Promise<boolean> {
  const observer = new RunObserver(folder);
  try {
    const haveEnded = () => (observer.threads.every(({ isRunning }) => !isRunning) ? true : undefined);
    return (await observer.until(haveEnded, AbortSignal.timeout(DETACH_MS))) ?? false;
  } finally {
    await observer.close();
  }
}

/** From now on the signals that would end leakwatch detach instead. */
function abortedBySignal(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of SIGNALS) process.on(signal, abort);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, abort);
    },
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
