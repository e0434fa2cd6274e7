import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Stall } from '../../agent/recording.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT_API, entriesOf, runApp, startApp, waitForEntry } from './run-app.ts';

const FIXTURE = join(__dirname, '..', '..', 'fixtures', 'stalls');
const WAYS_FOLDER = join(FIXTURE, 'ways');

/** What a short look may take some for: collections come between the allocations, and a storm is made of small work. */
const POSSIBLE: Readonly<Record<string, readonly string[]>> = {
  'collections.js': ['cpu'],
  'json.js': ['gc'],
  'microtasks.js': ['cpu', 'gc'],
};

/** What each way's file says about itself: its function, where it is, and the kind in the comment `// culprit: <kind>`. */
const WAYS = readdirSync(WAYS_FOLDER).map((file) => {
  const lines = readFileSync(join(WAYS_FOLDER, file), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('// culprit: '));
  return {
    name: file.replace('.js', ''),
    file: join(WAYS_FOLDER, file),
    functionName: /module\.exports = (?:async )?function (\w+)/.exec(lines.join('\n'))?.[1],
    lines: [1 + lines.findIndex((text) => text.includes('module.exports')), lines.length],
    categories: [lines[line].split('// culprit: ')[1], ...(POSSIBLE[file] ?? [])],
  };
});

/** What the application says of a block by itself. */
interface Block {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly ms: number;
}

// After these the stalls of one culprit are summed up.
const MAX_TOLD_ALONE = 5;

// Every way once; and on each Node the one that says least about itself while it lasts.
const CASES = NODE_MAJORS.flatMap((major, index) =>
  WAYS.filter(({ name }) => index === 0 || name === 'json').map((way) => [way.name, major, way] as const),
);

test.each(CASES)(
  'names what held up the loop by %s on Node %i: function, place and kind, and how long to a tenth',
  { timeout: 120_000 }, // only a machine without CPU to give comes near it
  async (_, major, way) => {
    const program = JSON.stringify(join(FIXTURE, 'run.js'));
    const source = `process.argv.push(${JSON.stringify(way.name)}); require(${program});`;
    // A machine without CPU to give can spoil all that are told one by one: then another process has its own.
    for (let isRight = false; !isRight;) {
      const folder = temporaryFolder();
      const log = join(folder, 'blocks');
      writeFileSync(log, '');
      const env = { LOG: log, LEAKWATCH_INTERVAL_MS: '1000' };
      const app = startApp({ source, node: nodeBinary(major), folder, env });
      isRight = await waitForEntry(app.recordingFile, (entries, { startedAt }) => {
        const stalls = entries.filter(
          (entry): entry is Stall => entry.type === 'stall' && !entry.isOngoing && entry.count === undefined,
        );
        const blocks = linesOf(log).map((line) => JSON.parse(line) as Block);
        const isNamedIn = (block: Block) => {
          const own = stalls.findLast((stall) => isDuring(stall, block, startedAt));
          return own && isNamed(own, way) && Math.abs(own.durationMs / block.ms - 1) < 0.1;
        };
        return blocks.some(isNamedIn) || (blocks.length > MAX_TOLD_ALONE ? false : undefined);
      });
      app.child.kill('SIGKILL');
      expect((await app.ended).stderr).toBe('');
    }
  },
);

describe.each(NODE_MAJORS)('Node %i', (major) => {
  const node = nodeBinary(major);

  test('tells of a loop that never comes round, while it lasts', async () => {
    const source = `setTimeout(function forever() { while (true); }, 1500);`;
    const app = startApp({ source, node });
    // Told of before it is known where a machine without CPU to give lets the profiler wait.
    const stall = await waitForEntry(app.recordingFile, (entries) =>
      entries.find((entry): entry is Stall => entry.type === 'stall' && entry.culprit !== null),
    );
    app.child.kill('SIGKILL');
    await app.ended;
    expect(stall).toMatchObject({
      isOngoing: true,
      category: 'cpu',
      culprit: { functionName: 'forever', line: 1 },
    });
  });
});

test('invents none in an idle app, in one that works in small pieces, nor by its own snapshots', async () => {
  // Tells when its loop did stand still, which on a machine without CPU it does. The snapshot is not among it. A turn of
  // the loop may hold two pieces: one that a timer began, and the one after it.
  const source = `
    const gaps = [];
    let lastBeat = Date.now();
    let beatBefore = lastBeat;
    const beat = () => {
      const now = Date.now();
      if (now - beatBefore > 80) gaps.push({ from: beatBefore, to: now });
      beatBefore = lastBeat;
      lastBeat = now;
    };
    process.once('SIGUSR2', () => {});
    const kept = Array.from({ length: 300_000 }, (_, id) => ({ id }));
    const { startAgent } = require(${JSON.stringify(AGENT_API)});
    setInterval(beat, 20);
    setTimeout(() => {
      const end = Date.now() + 700;
      (function piece() {
        const until = Date.now() + 30;
        while (Date.now() < until);
        beat();
        if (Date.now() < end) return setImmediate(piece);
        const { status } = startAgent().takeSnapshot();
        beatBefore = lastBeat = Date.now();
        setTimeout(() => {
          beat();
          console.log(JSON.stringify({ status, gaps }));
          process.exit(kept.length ? 0 : 1);
        }, 500);
      })();
    }, 1500);`;
  const { stdout, recordings } = await runApp({ source });
  const { status, gaps } = JSON.parse(stdout) as Told;
  expect(status).toBe('written');
  const { header } = recordings[0];
  const invented = entriesOf(recordings[0], 'stall').filter(({ atMs, durationMs }) => {
    const startedAt = header.startedAt + atMs;
    return !gaps.some(({ from, to }) => startedAt < to && startedAt + durationMs > from);
  });
  expect(invented).toEqual([]);
});

/** What the application says of itself, in milliseconds since 1970. */
interface Told {
  readonly status: string;
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

test.each(NODE_MAJORS)(
  'on Node %i processes that exit at the end of a block, while a session is open, say nothing and exit as they want',
  async (major) => {
    const source = `setTimeout(() => { const end = Date.now() + 400; while (Date.now() < end); process.exit(7); }, 1500);`;
    // Several at once have to wait for a CPU at every step of their goodbye.
    const apps = Array.from({ length: 6 }, () => runApp({ source, node: nodeBinary(major) }));
    for (const { stdout, stderr, exitCode, signal, recordings } of await Promise.all(apps)) {
      expect({ stdout, stderr, exitCode, signal }).toEqual({
        stdout: '',
        stderr: '',
        exitCode: 7,
        signal: null,
      });
      expect(recordings[0].entries.at(-1)).toMatchObject({ type: 'end', exitCode: 7 });
    }
  },
);

test('stopping the agent while a session is open ends its thread, and leaves the application as it is', async () => {
  const source = `
    const { startAgent } = require(${JSON.stringify(AGENT_API)});
    const timer = setInterval(() => {}, 1000);
    process.once('worker', (watchdog) => watchdog.once('exit', () => {
      clearInterval(timer);
      process.exitCode = 7;
    }));
    const agent = startAgent();
    setTimeout(() => {
      const end = Date.now() + 400;
      while (Date.now() < end);
      agent.stop();
    }, 1500);`;
  const { stdout, stderr, exitCode } = await runApp({ source, nodeOptions: [] });
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: '', exitCode: 7 });
});

test('LEAKWATCH_STALL_MS=0 watches for none', async () => {
  const source = `setTimeout(() => { const end = Date.now() + 300; while (Date.now() < end); setTimeout(() => {}, 200); }, 1300);`;
  const { recordings } = await runApp({ source, env: { LEAKWATCH_STALL_MS: '0' } });
  expect(entriesOf(recordings[0], 'stall')).toEqual([]);
});

test('invents none when the whole process was stopped for a while', async () => {
  const app = startApp({ source: `setInterval(() => {}, 20);`, env: { LEAKWATCH_INTERVAL_MS: '100' } });
  const after = (atMs: number) =>
    waitForEntry(app.recordingFile, (entries) => entries.find((e) => e.type === 'sample' && e.atMs > atMs));
  await after(2000);
  app.child.kill('SIGSTOP');
  await new Promise((resume) => setTimeout(resume, 700));
  app.child.kill('SIGCONT');
  await after(3500);
  app.child.kill('SIGKILL');
  const stalls = entriesOf((await app.ended).recordings[0], 'stall');
  expect(stalls.filter(({ category }) => category !== 'starved')).toEqual([]);
});

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

function isNamed({ culprit, category }: Stall, way: (typeof WAYS)[number]): boolean {
  return (
    culprit?.functionName === way.functionName &&
    culprit?.file === way.file &&
    culprit.line >= way.lines[0] &&
    culprit.line <= way.lines[1] &&
    way.categories.includes(category)
  );
}

/** Whether most of a block lies within a stall. */
function isDuring({ atMs, durationMs }: Stall, block: Block, recordingStartedAt: number): boolean {
  const from = Math.max(recordingStartedAt + atMs, block.startedAt);
  const to = Math.min(recordingStartedAt + atMs + durationMs, block.startedAt + block.ms);
  return to - from > block.ms / 2;
}
