import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withAllocations } from '../../analyzer/allocations.ts';
import type { Finding } from '../../analyzer/report.ts';
import type { ProfileNode, TimedProfile } from '../../analyzer/series/allocation-growth.ts';
import { locator } from '../../analyzer/source/locate.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SOURCE = `const sessions = [];
function makeSession(user) {
  return { user, rows: new Array(100) };
}
function login(user) {
  sessions.push(makeSession(user));
}
function report() {
  return new Array(1000);
}
`;

const MAKE = [2, 'function makeSession'.length] as const; // line and column at which V8 says the code begins
const LOGIN = [5, 'function login'.length] as const;
const REPORT = [8, 'function report'.length] as const;

let nextId = 1;
function node(
  functionName: string,
  file: string,
  place: readonly [number, number],
  children: ProfileNode[] = [],
) {
  const callFrame = { functionName, url: file, lineNumber: place[0] - 1, columnNumber: place[1] };
  return { id: nextId++, callFrame, children };
}

const place = (line: number) => ({ file: 'app.js', line, column: 1 });

function program() {
  const file = join(temporaryFolder(), 'app.js');
  writeFileSync(file, SOURCE);
  const make = node('makeSession', file, MAKE);
  const login = node('login', file, LOGIN, [make]);
  const reports = node('report', file, REPORT);
  const head = node('(root)', '', [0, 0], [node('tick', 'node:timers', [1, 0], [login, reports])]);
  const profile = (
    atMs: number,
    samples: readonly (readonly [ProfileNode, number, number])[],
  ): TimedProfile => ({
    atMs,
    profile: { head, samples: samples.map(([{ id }, size, ordinal]) => ({ nodeId: id, size, ordinal })) },
  });
  const finding = {
    evidence: [],
    growth: { shareOfHeapGrowth: 0.3 },
    culprit: { sites: [{ role: 'added', what: '', location: place(6) }] },
    trace: [{ location: null }],
  } as unknown as Finding;
  return { profile, make, login, reports, finding, lines: locator(join(file, '..'), []) };
}

test('what was allocated under the function that adds it is told by the function that allocated it', () => {
  const { profile, make, login, reports, finding, lines } = program();
  const profiles = [
    profile(1000, [[make, 9000, 1]]),
    profile(5000, [
      [make, 9000, 1],
      [make, 300, 2],
      [login, 100, 3],
      [reports, 5000, 4],
    ]),
  ];
  const [{ allocatedBy, evidence }] = withAllocations([finding], profiles, 2000, lines);
  expect(allocatedBy).toEqual([
    { functionName: 'makeSession', location: { ...place(2), column: 21 }, bytes: 300, share: 0.75 },
    { functionName: 'login', location: { ...place(5), column: 15 }, bytes: 100, share: 0.25 },
  ]);
  expect(evidence[0]).toBe('`makeSession` (app.js:2:21) allocates 75 % of it, as the heap profile tells');
});

test('where nothing was allocated near it, only the greater part of all can be its own', () => {
  const { profile, reports, make, finding, lines } = program();
  const profiles = [profile(5000, [[reports, 5000, 1]])];
  const most = { ...finding, growth: { ...finding.growth, shareOfHeapGrowth: 0.9 } };
  expect(withAllocations([most], profiles, 0, lines)[0].allocatedBy).toMatchObject([
    { functionName: 'report', share: 1 },
  ]);
  expect(withAllocations([finding], profiles, 0, lines)[0].allocatedBy).toBeUndefined();
  const elsewhere = [profile(1000, [[make, 1, 1]]), profile(5000, [[make, 1, 1]])];
  expect(withAllocations([most], elsewhere, 2000, lines)[0].allocatedBy).toBeUndefined();
});

test('without a profile findings stay as they are', () => {
  const { finding, lines } = program();
  expect(withAllocations([finding], [], 0, lines)).toEqual([finding]);
});
