/** A signal that is aborted when the time is up, or as soon as another one is. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Lets go of the timer. */
  clear(): void;
}

/**
 * Limits what goes on until `signal` is aborted to `durationMs`. The timer is an own one: on Node 20 an
 * `AbortSignal.timeout` that only an `AbortSignal.any` refers to is collected as garbage, and then never fires.
 */
export function limitTime(signal: AbortSignal, durationMs: number): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), durationMs);
  return { signal: AbortSignal.any([signal, controller.signal]), clear: () => clearTimeout(timer) };
}
