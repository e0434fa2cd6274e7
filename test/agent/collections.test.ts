import { describe, expect, test } from 'vitest';

import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT, entriesOf, runApp } from './run-app.ts';

const ALLOCATE = `let kept = []; for (let i = 0; i < 1e6; i++) { kept.push({ i, tags: [i] }); if (kept.length > 50_000) kept = []; }`;

/** A program that never turns its loop, and one that does so again and again. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'at once': ALLOCATE,
  'turn by turn': `let turns = 0; const timer = setInterval(() => { ${ALLOCATE.replace('1e6', '1e5')} if (++turns === 10) clearInterval(timer); }, 1);`,
};

/** What V8 traced, and what the agent recorded, by kind. */
async function collectionsOf(source: string, node?: string) {
  const { stdout, recordings } = await runApp({
    source,
    ...(node !== undefined && { node }),
    nodeOptions: ['--trace-gc', '--require', AGENT],
    env: { LEAKWATCH_STALL_MS: '0' },
  });
  const lines = stdout.split('\n').filter((line) => / ms: /.test(line));
  const majors = lines.filter((line) => line.includes('Mark-Compact')).length;
  const countOf = (kind: string) =>
    entriesOf(recordings[0], 'gc').reduce((sum, gc) => sum + (gc.kind === kind ? (gc.count ?? 1) : 0), 0);
  return {
    traced: { minor: lines.length - majors, major: majors },
    recorded: { minor: countOf('minor'), major: countOf('major') },
  };
}

describe.each(NODE_MAJORS)('Node %i', (major) => {
  test.each(Object.keys(PROGRAMS))('counts every collection of a million allocations %s', async (name) => {
    const { traced, recorded } = await collectionsOf(PROGRAMS[name], nodeBinary(major));
    expect(traced.minor + traced.major).toBeGreaterThan(3);
    expect(recorded).toEqual(traced);
  });
});

test('counts every collection of a process that is too old for an account of its own', async () => {
  // What its very last turn collects would be missed: it does nothing.
  const source = `
    const end = Date.now() + 11_000;
    const timer = setInterval(() => {
      if (Date.now() > end) return clearInterval(timer);
      ${ALLOCATE.replace('1e6', '2e4')}
    }, 50);`;
  const { traced, recorded } = await collectionsOf(source);
  expect(recorded).toEqual(traced);
});
