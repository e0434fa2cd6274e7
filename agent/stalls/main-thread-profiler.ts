/** A CPU profiler of the main thread, used from another thread while the main one is blocked. */
import { Session, type Profiler } from 'node:inspector';

import type { StackFrame } from '../recording.ts';
import { framesOf, STACK_PROGRAM } from './stack-text.ts';

/** What a profiler saw of the main thread. */
export interface Sight {
  /** Null when somebody else ended the profile. */
  readonly profile: Profiler.Profile | null;
  /**
   * Where it was when V8 first listened; empty when it was nowhere. The profiler does not know a loop that V8 had
   * replaced while it ran, and shows its caller in its place.
   */
  readonly stackAtStart: readonly StackFrame[];
  /** How long starting held up the main thread itself. */
  readonly startCostMs: number;
}

export interface MainThreadProfiler {
  /** Starts profiling. The commands are sent together, so that the first moment in which V8 listens is enough for all. */
  start(samplingMicros: number): void;
  /** When V8 listened after `start`; Infinity until then, which is as long as it is inside a single native call. */
  readonly listenedMs: number;
  /** What was seen since `start`, as soon as V8 listens. */
  stop(): Promise<Sight>;
  close(): void;
}

/**
 * Connects to the main thread. The connection is to be kept until the process ends: one that closes makes V8 forget the
 * ids of heap objects, by which snapshots are compared.
 */
export function connectMainThreadProfiler(nowMs: () => number): MainThreadProfiler {
  const session = new Session();
  session.connectToMainThread();
  let listenedMs = Infinity;
  let stackAtStart: readonly StackFrame[] = [];
  let startedMs = Infinity;
  return {
    get listenedMs() {
      return listenedMs;
    },
    start(samplingMicros) {
      listenedMs = Infinity;
      stackAtStart = [];
      session.post('Profiler.enable', () => (listenedMs = nowMs()));
      session.post('Profiler.setSamplingInterval', { interval: samplingMicros });
      session.post('Profiler.start');
      session.post('Runtime.evaluate', { expression: STACK_PROGRAM, silent: true }, (error, answer) => {
        startedMs = nowMs();
        if (!error) stackAtStart = framesOf(String(answer.result.value));
      });
    },
    stop: () =>
      new Promise((resolve) => {
        session.post('Profiler.stop', (error, result) =>
          resolve({
            profile: error ? null : result.profile,
            stackAtStart,
            startCostMs: startedMs - listenedMs,
          }),
        );
        session.post('Profiler.disable');
      }),
    close: () => session.disconnect(),
  };
}
