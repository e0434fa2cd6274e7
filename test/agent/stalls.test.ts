import { describe, expect, test } from 'vitest';

import type { Stall } from '../../agent/recording.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { entriesOf, runApp, startApp, waitForEntry } from './run-app.ts';

/** Blocks in each way in turn, over and over, and prints when and for how long. */
const BLOCKER = `
  const { pbkdf2Sync } = require('node:crypto');
  const { readFileSync, writeFileSync } = require('node:fs');
  const text = JSON.stringify(Array.from({ length: 2_000_000 }, (_, id) => ({ id })));
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
    console.log(name, startedAt, Date.now() - startedAt);
    setTimeout(next, 613);
  }, 1700);`;

const CATEGORIES: Readonly<Record<string, RegExp>> = {
  spin: /^cpu$/,
  hash: /^native$/,
  read: /^sync-io$/,
  match: /^regexp$/,
  parse: /^json$/,
  storm: /^(microtasks|gc|cpu)$/,
};

describe.each(NODE_MAJORS)('Node %i', (major) => {
  const node = nodeBinary(major);

  test('names what held up the loop, and how long', { timeout: 60_000 }, async () => {
    const app = startApp({ source: BLOCKER, node });
    // A native call can be over before it is looked at, and is named when it comes again.
    const named = await waitForEntry(app.recordingFile, (entries) => {
      const stalls = entries.filter((entry): entry is Stall => entry.type === 'stall' && !entry.isOngoing);
      const byName = new Map(stalls.map((stall) => [stall.culprit?.functionName ?? '', stall]));
      return Object.keys(CATEGORIES).every((name) => byName.has(name)) ? byName : undefined;
    });
    app.child.kill('SIGKILL');
    const { stdout, stderr, recordings } = await app.ended;
    expect(stderr).toBe('');
    for (const [name, category] of Object.entries(CATEGORIES)) {
      const stall = named.get(name);
      expect(stall?.category).toMatch(category);
      expect(stall?.culprit?.file).toMatch(/app\.cjs$/);
    }
    expect(named.get('match')?.culprit?.line).toBe(11);
    const match = named.get('match');
    const startedAt = recordings[0].header.startedAt + (match?.atMs ?? 0);
    const expectedMs = blockedMs(stdout, 'match', startedAt);
    expect(match?.durationMs).toBeGreaterThan(0.8 * expectedMs);
    expect(match?.durationMs).toBeLessThan(1.2 * expectedMs);
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
  const source = `
    process.once('SIGUSR2', () => {});
    const kept = Array.from({ length: 300_000 }, (_, id) => ({ id }));
    const { startAgent } = require(${JSON.stringify(require.resolve('../../dist/agent/agent.js'))});
    setTimeout(() => {
      const end = Date.now() + 700;
      (function piece() {
        const until = Date.now() + 10;
        while (Date.now() < until);
        if (Date.now() < end) return setImmediate(piece);
        console.log(startAgent().takeSnapshot().status);
        setTimeout(() => process.exit(kept.length ? 0 : 1), 500);
      })();
    }, 1500);`;
  const { stdout, recordings } = await runApp({ source });
  expect(stdout).toBe('written\n');
  expect(entriesOf(recordings[0], 'stall')).toEqual([]);
});

test('a process that exits at the end of a block, while a session is open, says nothing and exits as it wants', async () => {
  const source = `setTimeout(() => { const end = Date.now() + 400; while (Date.now() < end); process.exit(7); }, 1500);`;
  const { stdout, stderr, exitCode, recordings } = await runApp({ source });
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: '', exitCode: 7 });
  expect(recordings[0].entries.at(-1)).toMatchObject({ type: 'end', exitCode: 7 });
});

test('LEAKWATCH_STALL_MS=0 watches for none', async () => {
  const source = `setTimeout(() => { const end = Date.now() + 300; while (Date.now() < end); setTimeout(() => {}, 200); }, 1300);`;
  const { recordings } = await runApp({ source, env: { LEAKWATCH_STALL_MS: '0' } });
  expect(entriesOf(recordings[0], 'stall')).toEqual([]);
});

/** How long the block of this name took by the application's own word, of those the one that began nearest to a time. */
function blockedMs(stdout: string, name: string, startedAt: number): number {
  const blocks = stdout.split('\n').map((line) => line.split(' '));
  const own = blocks.filter(([blockName]) => blockName === name);
  const distance = (block: readonly string[]) => Math.abs(Number(block[1]) - startedAt);
  return Number(own.toSorted((a, b) => distance(a) - distance(b))[0][2]);
}
