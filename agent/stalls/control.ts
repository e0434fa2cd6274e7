/** The cells of the shared memory between a thread and the watchdog over its event loop. */
export const CELL = {
  /** 1 asks the watchdog to end. */
  stop: 0,
  /** 1 while the agent itself holds up the loop: nothing is to be reported. */
  isSuspended: 1,
  /** 1 while the watchdog has an inspector session that must be closed before the process ends. */
  isConnected: 2,
  /** 1 when the main thread has nothing more to send to the watchdog's session, so that the thread may end. */
  isReleased: 3,
} as const;

export const CELLS = 4;
