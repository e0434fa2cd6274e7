// Runtime metrics alone: no tracing of requests, and nobody listens for what is sent.
require('dd-trace').init({ runtimeMetrics: true, plugins: false, startupLogs: false });
