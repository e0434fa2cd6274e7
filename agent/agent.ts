/** Starts and stops the agent in this thread; importing it has no effect. */
import { complain, reasonOf } from './complain.ts';
import { createEventHub, type AgentEventName, type AgentListener, type EventHub } from './events.ts';
import { observe, type Observation } from './observation.ts';
import { optionsFromEnvironment, type AgentOptions } from './options.ts';
import { dateNow } from './primordials.ts';
import type { SnapshotTaken } from './recording.ts';
import { chooseRunFolder, makeRunFolder } from './run-folder.ts';

export type { AgentEventName, AgentEvents, AgentListener, GrowthSeen, VerdictGiven } from './events.ts';
export type { AgentOptions } from './options.ts';
export type { SnapshotReason, SnapshotTaken, StackFrame, Stall, StallCategory } from './recording.ts';

export interface Agent {
  /** Absolute path of the folder that the agent writes into; null when it does not run. */
  readonly runFolder: string | null;
  /** Takes a heap snapshot now, which stops this thread meanwhile. Its answer says why not when it could not. Never throws. */
  takeSnapshot(): SnapshotTaken;
  /** Writes a named moment into the recording, such as `deployed`; of the name, the first 200 characters. */
  mark(name: string): void;
  /**
   * Calls the listener with what happened, in a later turn of the event loop; the answer takes it back. What a listener
   * throws or rejects with is told on stderr and goes no further.
   */
  on<Name extends AgentEventName>(name: Name, listener: AgentListener<Name>): () => void;
  /** Ends the recording and takes the agent out of the process. Calling it again does nothing. */
  stop(): void;
}

// Shared by all copies of this package in a process: the one loaded by --require, the one the application imports.
const RUNNING = Symbol.for('leakwatch.agent');

type Running = { [RUNNING]?: Agent };

/**
 * Starts the agent in this thread, by the environment's options with the given ones over them. When it runs already,
 * that agent is the answer and the options are not used. Never throws: what hinders it is told on stderr in one line.
 */
export function startAgent(options: Partial<AgentOptions> = {}): Agent {
  const running = (globalThis as Running)[RUNNING];
  if (running) return running;
  const chosen = { ...optionsFromEnvironment(), ...options };
  if (!chosen.enabled) return inertAgent('the agent is turned off');
  try {
    const startedAt = dateNow();
    const runFolder = chooseRunFolder(chosen.runFolder, startedAt);
    makeRunFolder(runFolder);
    const hub = createEventHub();
    return runningAgent(runFolder, observe(chosen, runFolder, hub), hub);
  } catch (error) {
    complain(`not started: ${reasonOf(error)}`);
    return inertAgent('the agent could not start');
  }
}

function runningAgent(runFolder: string, observation: Observation, hub: EventHub): Agent {
  let isRunning = true;
  const end = (exitCode: number) => {
    if (!isRunning) return;
    isRunning = false;
    process.removeListener('exit', end);
    Reflect.deleteProperty(globalThis, RUNNING);
    observation.end(exitCode);
    hub.close();
  };
  const agent: Agent = {
    runFolder,
    takeSnapshot: () => (isRunning ? observation.takeSnapshot() : notTaken('the agent was stopped')),
    mark(name) {
      if (isRunning) observation.mark(name);
    },
    on: (name, listener) => (isRunning ? hub.on(name, listener) : () => {}),
    stop: () => end(Number(process.exitCode ?? 0)),
  };
  process.on('exit', end);
  Object.defineProperty(globalThis, RUNNING, { value: agent, configurable: true, enumerable: false });
  return agent;
}

function inertAgent(why: string): Agent {
  return { runFolder: null, takeSnapshot: () => notTaken(why), mark() {}, on: () => () => {}, stop() {} };
}

function notTaken(detail: string): SnapshotTaken {
  return { type: 'snapshot', atMs: 0, sequence: 0, reason: 'api', status: 'refused', detail };
}
