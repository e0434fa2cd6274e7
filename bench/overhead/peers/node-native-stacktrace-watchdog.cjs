const { captureStackTrace, getThreadsLastSeen } = require('@sentry-internal/node-native-stacktrace');

const THRESHOLD_MS = 100;

setInterval(() => {
  if (Object.values(getThreadsLastSeen()).some((lastSeenMs) => lastSeenMs > THRESHOLD_MS))
    captureStackTrace();
}, THRESHOLD_MS / 2);
