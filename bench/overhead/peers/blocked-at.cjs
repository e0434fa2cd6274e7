// Reports blocks of the event loop of 100 ms, the agent's threshold.
require('blocked-at')(() => {}, { threshold: 100 });
