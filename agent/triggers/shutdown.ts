import { isMainThread } from 'node:worker_threads';

import { isUnderPm2 } from '../environment.ts';
import type { Trigger } from '../trigger.ts';

/** What PM2 sends with `shutdown_with_message`. */
const PM2_MESSAGE = 'shutdown';

/**
 * Takes a snapshot when the process is asked to end, before the application's own listeners run. PM2 asks by SIGINT or by
 * a message, and kills after 1.6 seconds unless its `kill_timeout` says otherwise.
 */
export const shutdownTrigger: Trigger = {
  name: 'shutdown',
  start(host) {
    if (!host.options.snapshotOnShutdown || !isMainThread) return null;
    const stops: (() => void)[] = [];
    const stop = () => stops.splice(0).forEach((end) => end());
    const take = () => {
      stop();
      host.takeNow({ reason: 'shutdown', isAskedFor: false });
    };
    stops.push(onSignals(isUnderPm2() ? ['SIGTERM', 'SIGINT'] : ['SIGTERM'], take));
    if (isUnderPm2()) stops.push(onMessage(PM2_MESSAGE, take));
    return { stop };
  },
};

/** Calls back at the first of these signals. @returns takes it back */
function onSignals(signals: readonly NodeJS.Signals[], callback: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    callback();
    // The agent's listener has kept Node from doing what it does without one: end the process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of signals) process.prependListener(signal, onSignal);
  return () => signals.forEach((signal) => process.removeListener(signal, onSignal));
}

/**
 * Calls back when the parent process sends this message, before the application hears of it. A listener for messages
 * keeps a process alive, so there is one only while the application has one, too; without one of its own it ends by no
 * message. @returns takes it back
 */
function onMessage(expected: string, callback: () => void): () => void {
  const hear = (message: unknown) => {
    if (message === expected) callback();
  };
  const isHearing = () => process.listeners('message').includes(hear);
  const joinIn = (event: string | symbol, listener: unknown) => {
    if (event === 'message' && listener !== hear && !isHearing()) process.prependListener('message', hear);
  };
  const leaveLast = (event: string | symbol) => {
    if (event === 'message' && process.listenerCount('message') === 1)
      process.removeListener('message', hear);
  };
  process.on('newListener', joinIn);
  process.on('removeListener', leaveLast);
  if (process.listenerCount('message') > 0) process.prependListener('message', hear);
  return () => {
    process.removeListener('newListener', joinIn);
    process.removeListener('removeListener', leaveLast);
    process.removeListener('message', hear);
  };
}
