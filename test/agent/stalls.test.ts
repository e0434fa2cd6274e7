import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Stall } from '../../agent/recording.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT_API, entriesOf, runApp, startApp, waitForEntry } from './run-app.ts';

/** Blocks in each way in turn, over and over, and writes into the file `blocks` which, when and for how long. */
const BLOCKER = `
  const { pbkdf2Sync } = require('node:crypto');
  const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
  const text = '[' + '1234567,'.repeat(6_000_000) + '0]';
  writeFileSync('file', 'x'.repeat(1_000_000));
  const WAYS = {
    parse() { return JSON.parse(text).length; },
    spin() { let sum = 0; for (let i = 0; i < 4e8; i++) sum += i % 7; return sum; },
    hash() { return pbkdf2Sync('a', 'b', 1_200_000, 64, 'sha512').length; },
    read() { let bytes = 0; for (let i = 0; i < 1200; i++) bytes += readFileSync('file').length; return bytes; },
    match() { return /^(a+)+$/.test('a'.repeat(26) + 'b'); },
    async storm() { const step = async (i) => i; for (let i = 0; i < 1_500_000; i++) await Promise.all([step(i), step(i)]); },
  };
  const ways = Object.entries(WAYS);
  let turn = 0;
  setTimeout(async function next() {
    const [name, block] = ways[Math.max(0, turn++ - 1) % ways.length];
    const startedAt = Date.now();
    await block();
    appendFileSync('blocks', name + ' ' + startedAt + ' ' + (Date.now() - startedAt) + '\\n');
    setTimeout(next, 613);
  }, 1700);`;

/** Each is named so sooner or later; whoever allocates may at times have spent most of a block in the collector. */
const CATEGORIES: Readonly<Record<string, { readonly own: RegExp; readonly possible: RegExp }>> = {
  spin: { own: /^cpu$/, possible: /^cpu$/ },
  hash: { own: /^native$/, possible: /^native$/ },
  read: { own: /^sync-io$/, possible: /^(sync-io|gc)$/ },
  match: { own: /^regexp$/, possible: /^regexp$/ },
  parse: { own: /^json$/, possible: /^(json|gc)$/ },
  storm: { own: /^(microtasks|gc|cpu)$/, possible: /^(microtasks|gc|cpu)$/ },
};

const WAYS = Object.entries(CATEGORIES);

/** Of each way, in the application's file. */
const LINES = Object.fromEntries(
  WAYS.map(([name]) => [name, 1 + BLOCKER.split('\n').findIndex((line) => line.includes(` ${name}(`))]),
);

// Only a machine without CPU to give comes near it.
describe.each(NODE_MAJORS)('Node %i', { timeout: 120_000 }, (major) => {
  const node = nodeBinary(major);

  test('names what held up the loop, and how long', async () => {
    const app = startApp({ source: BLOCKER, node });
    // A native call can be over before it is looked at, and a starved watchdog comes late: each comes again.
    const stalls = await waitForEntry(app.recordingFile, (entries, { startedAt }) => {
      const ended = entries.filter((entry): entry is Stall => entry.type === 'stall' && !entry.isOngoing);
      const isNamed = ([name, { own }]: (typeof WAYS)[number]) =>
        ended.some((stall) => stall.culprit?.functionName === name && own.test(stall.category));
      const isMeasured = ended.some(
        (stall) =>
          stall.culprit?.functionName === 'match' &&
          isAsLongAsTold(stall, stall.atMs + startedAt, dirname(app.runFolder)),
      );
      return isMeasured && WAYS.every(isNamed) ? ended : undefined;
    });
    app.child.kill('SIGKILL');
    expect((await app.ended).stderr).toBe('');
    for (const { culprit, category } of stalls) {
      const way = WAYS.find(([name]) => name === culprit?.functionName);
      if (way === undefined) continue;
      expect(category).toMatch(way[1].possible);
      expect(culprit?.file).toMatch(/app\.cjs$/);
      expect([way[0], culprit?.line]).toEqual([way[0], LINES[way[0]]]);
    }
  });

  test('tells of a loop that never comes round, while it lasts', async () => {
    const source = `setTimeout(function forever() { while (true); }, 1500);`;
    const app = startApp({ source, node });
    const stall = await waitForEntry(app.recordingFile, (entries) =>
      entries.find((entry): entry is Stall => entry.type === 'stall'),
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
  // Tells when its loop did stand still, which on a machine without CPU it does. The snapshot is not among it.
  const source = `
    const gaps = [];
    let lastBeat = Date.now();
    const beat = () => {
      const now = Date.now();
      if (now - lastBeat > 50) gaps.push({ from: lastBeat, to: now });
      lastBeat = now;
    };
    process.once('SIGUSR2', () => {});
    const kept = Array.from({ length: 300_000 }, (_, id) => ({ id }));
    const { startAgent } = require(${JSON.stringify(AGENT_API)});
    setInterval(beat, 20);
    setTimeout(() => {
      const end = Date.now() + 700;
      (function piece() {
        const until = Date.now() + 10;
        while (Date.now() < until);
        beat();
        if (Date.now() < end) return setImmediate(piece);
        const { status } = startAgent().takeSnapshot();
        lastBeat = Date.now();
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

/** Whether a stall lasted, to a fifth, what the application says of its block of this name that began nearest to a time. */
function isAsLongAsTold({ culprit, durationMs }: Stall, startedAt: number, folder: string): boolean {
  const blocks = readFileSync(join(folder, 'blocks'), 'utf8').split('\n');
  const own = blocks.map((line) => line.split(' ')).filter(([name]) => name === culprit?.functionName);
  const distance = (block: readonly string[]) => Math.abs(Number(block[1]) - startedAt);
  const told = Number(own.toSorted((a, b) => distance(a) - distance(b))[0]?.[2]);
  return durationMs > 0.8 * told && durationMs < 1.2 * told;
}
