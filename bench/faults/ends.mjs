import { isSame, recordingsIn, run } from './watched.mjs';

const ALIVE = `console.log('ready'); setInterval(() => {}, 1000);`;

const RUNS_MS = 2000;

/** Sends a signal when the application has run for a while. */
const kill = (signal) => async (app) => {
  await app.said;
  await new Promise((resume) => setTimeout(resume, RUNS_MS));
  app.kill(signal);
};

/** How a process ends -> its source, Node's options and what is done to it. */
const WAYS = {
  'kill -9': { source: ALIVE, whileRunning: kill('SIGKILL') },
  SIGTERM: { source: ALIVE, whileRunning: kill('SIGTERM') },
  'an uncaught exception': { source: `setTimeout(() => { throw new Error('thrown'); }, ${RUNS_MS});` },
  'process.exit in a listener': {
    source: `process.on('SIGTERM', () => process.exit(3)); ${ALIVE}`,
    whileRunning: kill('SIGTERM'),
  },
  'process.abort': { source: `setTimeout(() => process.abort(), ${RUNS_MS});` },
  'out of memory': {
    source: `const all = []; setInterval(() => { for (let i = 0; i < 3e4; i++) all.push({ i }); }, 10);`,
    options: ['--max-old-space-size=60'],
    env: { LEAKWATCH_SNAPSHOT_ON_GROWTH: '0' },
  },
};

/** Ways to end: the same as without the agent, and the recording is readable up to the last second. */
export async function* ends(surroundings) {
  for (const [what, { source, ...how }] of Object.entries(WAYS)) {
    const bare = await run(surroundings, source, { ...how, watched: false });
    const watched = await run(surroundings, source, how);
    const [{ header, entries, damagedLines }] = await recordingsIn(watched.runFolder);
    const silentMs = watched.endedAt - (header.startedAt + entries.at(-1).atMs);
    yield {
      what,
      isGood: isSame(bare, watched) && damagedLines === 0 && silentMs < 1000,
      facts: `${watched.signal ?? `exit code ${watched.exitCode}`}; last entry ${Math.round(silentMs)} ms before the end was noticed`,
    };
  }
}
