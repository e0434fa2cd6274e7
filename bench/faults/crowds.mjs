import { isSame, recordingsIn, run } from './watched.mjs';

const CHILDREN = 500;
const THREADS = 1000;
const AT_ONCE = 10;

/** Starts so many of a kind, some at once, and says how many ended well. */
const crowd = (kind, count) => `
  const { fork } = require('node:child_process');
  const { isMainThread, Worker } = require('node:worker_threads');
  if (!isMainThread || process.argv[2] === 'child') return;
  const start = () => (${JSON.stringify(kind)} === 'thread' ? new Worker(__filename) : fork(__filename, ['child']));
  let left = ${count};
  let good = 0;
  const next = () => {
    if (left-- > 0) start().once('exit', (code) => { if (code === 0) good++; next(); });
    else if (left === -${AT_ONCE}) console.log(good);
  };
  for (let i = 0; i < ${AT_ONCE}; i++) next();`;

/** Many short-lived processes and threads: each leaves a whole recording. */
export async function* crowds(surroundings) {
  for (const [kind, count] of [
    ['child', CHILDREN],
    ['thread', THREADS],
  ]) {
    const source = crowd(kind, count);
    const bare = await run(surroundings, source, { watched: false });
    const watched = await run(surroundings, source);
    const recordings = await recordingsIn(watched.runFolder);
    const whole = recordings.filter(
      ({ entries, damagedLines }) => damagedLines === 0 && entries.at(-1)?.type === 'end',
    );
    yield {
      what: `${count} short-lived ${kind === 'thread' ? 'worker threads' : 'child processes'}`,
      isGood: isSame(bare, watched) && recordings.length === count + 1 && whole.length === count + 1,
      facts: `${whole.length} whole recordings, ${bare.seconds.toFixed(1)} s bare, ${watched.seconds.toFixed(1)} s watched`,
    };
  }
}
