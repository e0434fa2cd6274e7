import { describe, expect, test } from 'vitest';

import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT, entriesOf, runApp } from './run-app.ts';

const ALLOCATE = `let kept = []; for (let i = 0; i < 1e6; i++) { kept.push({ i, tags: [i] }); if (kept.length > 50_000) kept = []; }`;

/** A program that never turns its loop, and one that does so again and again. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'at once': ALLOCATE,
  'turn by turn': `let turns = 0; const timer = setInterval(() => { ${ALLOCATE.replace('1e6', '1e5')} if (++turns === 10) clearInterval(timer); }, 1);`,
};

describe.each(NODE_MAJORS)('Node %i', { timeout: 120_000 }, (major) => {
  test.each(Object.keys(PROGRAMS))('counts every collection of a million allocations %s', async (name) => {
    const { stdout, recordings } = await runApp({
      source: PROGRAMS[name],
      node: nodeBinary(major),
      nodeOptions: ['--trace-gc', '--require', AGENT],
      env: { LEAKWATCH_STALL_MS: '0' },
    });
    const traced = stdout.split('\n').filter((line) => / ms: /.test(line));
    const countOf = (kind: string) =>
      entriesOf(recordings[0], 'gc').reduce((sum, gc) => sum + (gc.kind === kind ? (gc.count ?? 1) : 0), 0);
    const tracedMajors = traced.filter((line) => line.includes('Mark-Compact')).length;
    expect(traced.length).toBeGreaterThan(3);
    expect({ minor: countOf('minor'), major: countOf('major') }).toEqual({
      minor: traced.length - tracedMajors,
      major: tracedMajors,
    });
  });
});
