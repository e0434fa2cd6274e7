/** Starts and stops the agent in this thread; importing it has no effect. */
import { complain, reasonOf } from './complain.ts';
import { createEventHub, type AgentEventName, type AgentListener } from './events.ts';
import { handlerOf, textAnswer, type Handler } from './handlers/handler.ts';
import { healthHandler, type HealthLimits } from './handlers/health.ts';
import { metricsHandler } from './handlers/metrics.ts';
import { logEvents, type Logger } from './log.ts';
import { observe, type Surroundings } from './observation.ts';
import { optionsFromEnvironment, withGivenOptions, type AgentOptions } from './options.ts';
import { dateNow } from './primordials.ts';
import type { SnapshotMode, SnapshotTaken } from './recording.ts';
import { expressPlugin, fastifyPlugin, type FastifyPlugin, type Middleware } from './requests/plugins.ts';
import { createRequestStatistics } from './requests/statistics.ts';
import { chooseRunFolder, makePrivateFolder } from './run-folder.ts';

export type { AgentEventName, AgentEvents, AgentListener, GrowthSeen, VerdictGiven } from './events.ts';
export type { Logger } from './log.ts';
export type { AgentOptions } from './options.ts';
export type { Handler } from './handlers/handler.ts';
export type { HealthLimits } from './handlers/health.ts';
export type { FastifyPlugin, Middleware } from './requests/plugins.ts';
export type {
  SnapshotMode,
  SnapshotReason,
  SnapshotTaken,
  StackFrame,
  Stall,
  StallCategory,
} from './recording.ts';

export interface Agent {
  /** Absolute path of the folder that the agent writes into; null when it does not run. */
  readonly runFolder: string | null;
  /** Takes a heap snapshot now, which stops this thread meanwhile. Its answer says why not when it could not. Never throws. */
  takeSnapshot(): SnapshotTaken;
  /**
   * Takes a heap snapshot in the given mode; `fork` and `auto` have a copy of the process take it while this one goes
   * on, and keep the process alive until it is there. Never rejects.
   */
  takeSnapshot(options: { readonly mode: SnapshotMode }): Promise<SnapshotTaken>;
  /** Writes a named moment into the recording, such as `deployed`; of the name, the first 200 characters. */
  mark(name: string): void;
  /**
   * Calls the listener with what happened, in a later turn of the event loop; the answer takes it back. What a listener
   * throws or rejects with is told on stderr and goes no further.
   */
  on<Name extends AgentEventName>(name: Name, listener: AgentListener<Name>): () => void;
  /** A middleware for Express: mount it before the routes. */
  express(): Middleware;
  /** A plugin for Fastify: register it before the routes. */
  fastify(): FastifyPlugin;
  /** Answers 200 while the process is well, and 503 with the reasons near a limit. Mount it at `/healthz`. */
  healthHandler(limits?: Partial<HealthLimits>): Handler;
  /** Answers with the metrics of this thread for Prometheus. Mount it at `/metrics`. */
  metricsHandler(): Handler;
  /** Ends the recording and takes the agent out of the process. Calling it again does nothing. */
  stop(): void;
}

// Shared by all copies of this package in a process: the one loaded by --require, the one the application imports.
const RUNNING = Symbol.for('leakwatch.agent');

type Running = { [RUNNING]?: Agent };

/** The options of the environment, and what only code can give. */
export interface StartOptions extends Partial<AgentOptions> {
  /** Is given a line for each stall, growth, snapshot and verdict. */
  readonly logger?: Logger;
}

/**
 * Starts the agent in this thread, by the environment's options with the given ones over them. When it runs already,
 * that agent is the answer and the options are not used. Never throws: what hinders it is told on stderr in one line.
 */
export function startAgent(options: StartOptions = {}): Agent {
  const running = (globalThis as Running)[RUNNING];
  if (running) return running;
  const { logger, ...given } = options;
  const chosen = withGivenOptions(optionsFromEnvironment(), given);
  if (!chosen.enabled) return inertAgent('the agent is turned off');
  try {
    const startedAt = dateNow();
    const runFolder = chooseRunFolder(chosen.runFolder, startedAt);
    makePrivateFolder(runFolder);
    const hub = createEventHub();
    if (logger !== undefined) logEvents(hub, logger);
    return runningAgent(chosen, { runFolder, hub, requests: createRequestStatistics() });
  } catch (error) {
    complain(`not started: ${reasonOf(error)}`);
    return inertAgent('the agent could not start');
  }
}

function runningAgent(options: AgentOptions, surroundings: Surroundings): Agent {
  const { runFolder, hub, requests } = surroundings;
  const observation = observe(options, surroundings);
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
    takeSnapshot: takeSnapshotBy(
      () => (isRunning ? observation.takeSnapshot() : STOPPED),
      async (mode) => (isRunning ? observation.requestSnapshot(mode) : STOPPED),
    ),
    mark(name) {
      if (isRunning) observation.mark(name);
    },
    on: (name, listener) => (isRunning ? hub.on(name, listener) : () => {}),
    express: () => expressPlugin(requests),
    fastify: () => fastifyPlugin(requests),
    healthHandler: (limits = {}) => healthHandler(observation, limits),
    metricsHandler: () => metricsHandler({ ...observation, requests }),
    stop: () => end(Number(process.exitCode ?? 0)),
  };
  process.on('exit', end);
  Object.defineProperty(globalThis, RUNNING, { value: agent, configurable: true, enumerable: false });
  return agent;
}

/** An agent that does nothing: an application runs with it as with one that does. */
function inertAgent(why: string): Agent {
  return {
    runFolder: null,
    takeSnapshot: takeSnapshotBy(
      () => notTaken(why),
      async () => notTaken(why),
    ),
    mark() {},
    on: () => () => {},
    express: () => (_request, _response, next) => next(),
    fastify: () => (_instance, _options, done) => done(),
    healthHandler: () => handlerOf(() => textAnswer(`ok: ${why}\n`)),
    metricsHandler: () => handlerOf(() => textAnswer('')),
    stop() {},
  };
}

/** One function for the two ways of asking: at once and for this thread to stop, or in a mode and for a promise. */
function takeSnapshotBy(
  now: () => SnapshotTaken,
  inMode: (mode: SnapshotMode) => Promise<SnapshotTaken>,
): Agent['takeSnapshot'] {
  function take(): SnapshotTaken;
  function take(options: { readonly mode: SnapshotMode }): Promise<SnapshotTaken>;
  function take(options?: { readonly mode: SnapshotMode }): SnapshotTaken | Promise<SnapshotTaken> {
    return options === undefined ? now() : inMode(options.mode);
  }
  return take;
}

function notTaken(detail: string): SnapshotTaken {
  return { type: 'snapshot', atMs: 0, sequence: 0, reason: 'api', status: 'refused', detail };
}

const STOPPED: SnapshotTaken = notTaken('the agent was stopped');
