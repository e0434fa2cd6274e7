/** What the agent tells the application that asked to hear of it. */
import { complain, reasonOf } from './complain.ts';
import { setImmediate } from './primordials.ts';
import type { SnapshotTaken, Stall } from './recording.ts';

/** The heap's floor grows beyond what warm-up explains. */
export interface GrowthSeen {
  /** Milliseconds since the recording started. */
  readonly atMs: number;
  /** Bytes in use after a major collection, external memory included. */
  readonly floorBytes: number;
}

/** An analysis of the run folder was written. */
export interface VerdictGiven {
  /** Absolute path of the report. */
  readonly file: string;
  readonly verdict: 'leak' | 'clean' | 'unknown';
  /** One sentence. */
  readonly headline: string;
}

/** Event name -> what its listeners are given. */
export interface AgentEvents {
  readonly stall: Stall;
  readonly growth: GrowthSeen;
  readonly snapshot: SnapshotTaken;
  readonly verdict: VerdictGiven;
}

export type AgentEventName = keyof AgentEvents;

export type AgentListener<Name extends AgentEventName> = (event: AgentEvents[Name]) => unknown;

export interface EventHub {
  /** Calls the listener at each event from now on; the answer takes it back. */
  on<Name extends AgentEventName>(name: Name, listener: AgentListener<Name>): () => void;
  /** Tells the listeners in a later turn of the event loop. What they throw or reject with ends here. */
  emit<Name extends AgentEventName>(name: Name, event: AgentEvents[Name]): void;
  /** Whether anybody listens. */
  isHeard(name: AgentEventName): boolean;
  /** Forgets all listeners. */
  close(): void;
}

const NAMES: readonly AgentEventName[] = ['stall', 'growth', 'snapshot', 'verdict'];

/** The listeners of one agent. `on` with a name that is none, or without a function, is told on stderr in one line. */
export function createEventHub(): EventHub {
  const listenersByName = new Map<AgentEventName, Set<AgentListener<never>>>(
    NAMES.map((name) => [name, new Set()]),
  );

  const call = (name: AgentEventName, listener: AgentListener<never>, event: unknown) => {
    const onFailure = (error: unknown) => complain(`a listener of '${name}' failed: ${reasonOf(error)}`);
    try {
      const answer: unknown = (listener as (event: unknown) => unknown)(event);
      // A rejection that nobody handles would end the application.
      if (isThenable(answer)) answer.then(undefined, onFailure);
    } catch (error) {
      onFailure(error);
    }
  };
  return {
    on(name, listener) {
      const listeners = listenersByName.get(name);
      if (listeners === undefined || typeof listener !== 'function') {
        complain(`on('${String(name)}') is ignored: expected one of ${NAMES.join(', ')} and a function`);
        return () => {};
      }
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(name, event) {
      if (!this.isHeard(name)) return;
      setImmediate(() => {
        for (const listener of listenersByName.get(name) ?? []) call(name, listener, event);
      }).unref();
    },
    isHeard: (name) => (listenersByName.get(name)?.size ?? 0) > 0,
    close() {
      for (const listeners of listenersByName.values()) listeners.clear();
    },
  };
}

interface Thenable {
  then(onDone: undefined, onFailure: (reason: unknown) => void): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
