/** What has to be known of a running thread to tell whether its memory is the application's. */
export interface Candidate {
  readonly pid: number;
  readonly ppid: number;
  /** The port it listens on, or null. */
  readonly port: number | null;
  readonly heapUsedBytes: number;
}

/**
 * The threads of the processes that listen on a port; or, where none does, of those that started no other one. That
 * leaves out npm and other launchers, which Node also loads the agent into.
 */
export function applicationThreads<Thread extends Candidate>(running: readonly Thread[]): readonly Thread[] {
  const listening = new Set(running.filter(({ port }) => port !== null).map(({ pid }) => pid));
  if (listening.size > 0) return running.filter(({ pid }) => listening.has(pid));
  const launchers = new Set(running.map(({ ppid }) => ppid));
  return running.filter(({ pid }) => !launchers.has(pid));
}

/** The `count` threads with the most on their heaps: in a pool of like ones, looking at some says it all. */
export function largestThreads<Thread extends Candidate>(
  threads: readonly Thread[],
  count: number,
): readonly Thread[] {
  return threads.toSorted((one, other) => other.heapUsedBytes - one.heapUsedBytes).slice(0, count);
}
