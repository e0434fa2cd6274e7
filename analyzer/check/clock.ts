import * as timers from 'node:timers';

// Taken at load: a test may put fake ones in their place later.
const { setImmediate: afterThisTurn, setTimeout: startTimer, clearTimeout: stopTimer } = timers;
const { performance } = globalThis;
const now = performance.now;

/** Milliseconds of a clock that only goes forward, whatever a test does to time. */
export const nowMs = (): number => now.call(performance);

/** Resolves in the next turn of the event loop. */
export const nextTurn = (): Promise<void> => new Promise((resume) => afterThisTurn(() => resume()));

/** Resolves after a time. */
export const pauseMs = (durationMs: number): Promise<void> =>
  new Promise((resume) => startTimer(() => resume(), durationMs));

/** Rejects with what `late` makes when the work takes longer than `timeoutMs`; the work itself cannot be stopped. */
export async function withinTime<Result>(
  work: Promise<Result>,
  timeoutMs: number,
  late: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = startTimer(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    stopTimer(timer);
  }
}
