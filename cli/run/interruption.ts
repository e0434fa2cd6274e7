import type { AppProcess } from './app-process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a terminal sends to every process in it, so that the application has had it already. */
const SENT_BY_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGHUP']);

/** Listens for the signals that ask leakwatch to end. */
export interface Interruption {
  /** Aborted at the first of them; its reason is the name of the signal. */
  readonly signal: AbortSignal;
  /** Takes the handlers away again. */
  release(): void;
}

/**
 * From now on the signals that would end leakwatch end the application instead, and leakwatch lives on to analyze.
 * A signal the terminal has sent to both of them is not sent a second time: many applications give up their orderly
 * end at the second Ctrl-C.
 */
export function passSignalsTo(app: Pick<AppProcess, 'signal'>, inTerminal: boolean): Interruption {
  const controller = new AbortController();
  const pass = (signal: NodeJS.Signals): void => {
    if (!(inTerminal && SENT_BY_TERMINAL.has(signal))) app.signal(signal);
    controller.abort(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, pass);
    },
  };
}
