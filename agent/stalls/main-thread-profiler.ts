/** A CPU profiler of the main thread, used from another thread while the main one is blocked. */
import { Session, type Profiler } from 'node:inspector';

import { CALL_SITES_PROGRAM, callSitesOf, type CallSite } from './call-sites.ts';

/** What a profiler saw of the main thread. */
export interface Sight {
  /** Null when nobody profiled, or somebody else ended the profile. */
  readonly profile: Profiler.Profile | null;
  /**
   * Where it was when V8 first listened; empty when it was nowhere. The profiler does not know a loop that V8 had
   * replaced while it ran, and shows its caller in its place.
   */
  readonly sitesAtStart: readonly CallSite[];
  /** How long starting held up the main thread itself. */
  readonly startCostMs: number;
}

export interface MainThreadProfiler {
  /** Starts profiling. The commands are sent together, so that the first moment in which V8 listens is enough for all. */
  start(samplingMicros: number): void;
  /** Asks where the thread is, and no more; a running profile runs on. */
  glance(): void;
  /** When V8 listened after `start` or `glance`; Infinity until then, as long as it is inside a single native call. */
  readonly listenedMs: number;
  /** How long the thread had waited for a CPU when it listened, as `ProfilerHost.waitedMs`. */
  readonly waitedMs: number;
  /** What was seen since `start` or `glance`, as soon as V8 listens. Ends the profile. */
  stop(): Promise<Sight>;
  /** What was seen since `glance`, as soon as V8 listens. */
  seen(): Promise<Sight>;
  close(): void;
}

export interface ProfilerHost {
  nowMs(): number;
  /** How long the main thread has waited for a CPU since it began; 0 when not known. */
  waitedMs(): number;
}

/**
 * Connects to the main thread. The connection is to be kept until the process ends: one that closes makes V8 forget the
 * ids of heap objects, by which snapshots are compared.
 */
export function connectMainThreadProfiler({ nowMs, waitedMs }: ProfilerHost): MainThreadProfiler {
  const session = new Session();
  session.connectToMainThread();
  let listenedMs = Infinity;
  let waitedThenMs = 0;
  let sitesAtStart: readonly CallSite[] = [];
  let startedMs = Infinity;
  // This thread reads its answers only when it is not asleep: some are of an earlier question.
  let question = 0;

  const listen = (atMs: number) => {
    if (listenedMs < Infinity) return;
    listenedMs = atMs;
    waitedThenMs = waitedMs();
  };
  const askWhere = (asked: number) => {
    session.post('Runtime.evaluate', { expression: CALL_SITES_PROGRAM, silent: true }, (error, answer) => {
      if (asked !== question) return;
      startedMs = nowMs();
      listen(startedMs);
      if (!error) sitesAtStart = callSitesOf(String(answer.result.value));
    });
  };
  const sight = (profile: Profiler.Profile | null): Sight => ({
    profile,
    sitesAtStart,
    startCostMs: startedMs - listenedMs,
  });
  const nextQuestion = () => {
    listenedMs = Infinity;
    sitesAtStart = [];
    return ++question;
  };
  return {
    get listenedMs() {
      return listenedMs;
    },
    get waitedMs() {
      return waitedThenMs;
    },
    start(samplingMicros) {
      const asked = nextQuestion();
      session.post('Profiler.enable', () => {
        if (asked === question) listen(nowMs());
      });
      session.post('Profiler.setSamplingInterval', { interval: samplingMicros });
      session.post('Profiler.start');
      askWhere(asked);
    },
    glance() {
      askWhere(nextQuestion());
    },
    stop: () =>
      new Promise((resolve) => {
        session.post('Profiler.stop', (error, result) => resolve(sight(error ? null : result.profile)));
        session.post('Profiler.disable');
      }),
    // Answers come in order: when this one is there, that of the glance is.
    seen: () =>
      new Promise((resolve) =>
        session.post('Runtime.evaluate', { expression: '0' }, () => resolve(sight(null))),
      ),
    close: () => session.disconnect(),
  };
}
