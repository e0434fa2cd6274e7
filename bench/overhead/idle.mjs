/** What a process costs that has nothing to do. */
import { cpuMicros, startServer } from './server-process.mjs';

// What runs once, when a process has started, is over by then: V8 collects the garbage of loading after half a minute.
const SETTLE_MS = 40_000;

/** @returns the shares of one core, one for each window, and the resident megabytes at the end */
export async function idleCost(variant, windows, windowMs) {
  const server = await startServer(variant);
  await pause(SETTLE_MS);
  const shares = [];
  let last = await server.account();
  for (let window = 0; window < windows; window++) {
    const startedMs = performance.now();
    await pause(windowMs);
    const account = await server.account();
    shares.push((cpuMicros(account) - cpuMicros(last)) / 1000 / (performance.now() - startedMs));
    last = account;
  }
  await server.stop();
  return { shares, rssMegabytes: last.rssBytes / 2 ** 20 };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
