import http from 'node:http';

/**
 * Sends requests at a fixed rate, however slowly they are answered, and holds each answer to what was asked. It is told of
 * requests that were lost, answered with something else, or not at all.
 */
export function startLoad(port, perSecond) {
  const agent = new http.Agent({ keepAlive: true });
  const latenciesMs = [];
  const counts = { sent: 0, answered: 0, failed: 0 };
  const send = () => {
    const asked = `request-${counts.sent++}`;
    const dueMs = performance.now();
    const request = http.get({ port, host: '127.0.0.1', path: `/${asked}`, agent }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      latenciesMs.push(performance.now() - dueMs);
      counts[text === asked ? 'answered' : 'failed']++;
    });
    request.on('error', () => counts.failed++);
  };
  const startedMs = performance.now();
  const timer = setInterval(() => {
    while (counts.sent < ((performance.now() - startedMs) / 1000) * perSecond) send();
  }, 2);
  return {
    counts,
    /** Milliseconds that 99 of 100 requests took at most since this was last asked. */
    p99Ms() {
      const sorted = latenciesMs.splice(0).toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
    },
    /** Sends no more, and waits for what is still to come. */
    async stop() {
      clearInterval(timer);
      while (counts.answered + counts.failed < counts.sent)
        await new Promise((resume) => setTimeout(resume, 20));
      agent.destroy();
    },
  };
}
