// What Sentry's integration for a blocked event loop does: the thread polls, another one looks for those that don't.
const { join } = require('node:path');
const { isMainThread, Worker } = require('node:worker_threads');
const { registerThread, threadPoll } = require('@sentry-internal/node-native-stacktrace');

const POLL_MS = 50;

if (isMainThread) {
  registerThread();
  setInterval(threadPoll, POLL_MS).unref();
  new Worker(join(__dirname, 'node-native-stacktrace-watchdog.cjs'), { execArgv: [] }).unref();
}
