import type { Profiler } from 'node:inspector';
import { expect, test } from 'vitest';

import type { StallCategory } from '../../agent/recording.ts';
import { framesOf } from '../../agent/stalls/stack-text.ts';
import { culpritOf, within } from '../../agent/stalls/culprit.ts';

/** Stacks as text, outermost first, each with its milliseconds: `root > handler@/app/a.js:3 > read@node:fs:7` -> 20. */
function profile(stacks: readonly (readonly [string, number])[]): Profiler.Profile {
  const nodes: (Profiler.ProfileNode & { children: number[] })[] = [];
  const idByPath = new Map<string, number>();
  const idOf = (frames: readonly string[]): number => {
    const path = frames.join(' > ');
    const known = idByPath.get(path);
    if (known !== undefined) return known;
    const id = nodes.length + 1;
    const [functionName, url = '', line = '0'] = frames[frames.length - 1].split(/@|:(?=\d+$)/);
    const callFrame = { functionName, url, lineNumber: Number(line) - 1, columnNumber: 0, scriptId: '1' };
    nodes.push({ id, callFrame, children: [] });
    idByPath.set(path, id);
    if (frames.length > 1) nodes[idOf(frames.slice(0, -1)) - 1].children.push(id);
    return id;
  };
  const samples = stacks.map(([stack]) => idOf(stack.split(' > ')));
  return {
    nodes,
    startTime: 1_000_000,
    endTime: 2_000_000,
    samples,
    timeDeltas: stacks.map(([, ms]) => ms * 1000),
  };
}

const NO_SOURCE = () => '';

const HANDLER = '(root) > emit@node:events:10 > handler@/app/a.js:3';

test.each<[string, readonly (readonly [string, number])[], string, string]>([
  [
    'cpu',
    [
      [`${HANDLER} > hash@/app/b.js:7`, 90],
      [HANDLER, 10],
    ],
    'cpu',
    'hash',
  ],
  [
    'files',
    [
      [`${HANDLER} > readFileSync@node:fs:400 > read`, 90],
      [`${HANDLER} > log@/app/c.js:1`, 30],
    ],
    'sync-io',
    'handler',
  ],
  [
    'processes',
    [[`${HANDLER} > execSync@node:child_process:900 > spawnSync@node:child_process:800`, 90]],
    'sync-io',
    'handler',
  ],
  [
    'time in many helpers of one function',
    [
      [`${HANDLER} > a@node:url:1`, 20],
      [`${HANDLER} > b@node:url:2`, 20],
      [`${HANDLER} > c@/app/c.js:1`, 30],
    ],
    'cpu',
    'handler',
  ],
  [
    'collections',
    [
      [`${HANDLER} > (garbage collector)`, 60],
      [`${HANDLER} > make@/app/m.js:1`, 40],
    ],
    'gc',
    'make',
  ],
  [
    'promises',
    [
      ['(root) > runMicrotasks > step@/app/s.js:4', 90],
      ['(root) > runMicrotasks', 10],
    ],
    'microtasks',
    'step',
  ],
  ['an async function that computes', [['(root) > runMicrotasks > work@/app/s.js:4', 90]], 'cpu', 'work'],
  ['an expression', [[`${HANDLER} > RegExp: (a+)+`, 90]], 'regexp', 'handler'],
])('%s', (_, stacks, category, functionName) => {
  expect(culpritOf(profile(stacks), [], NO_SOURCE)).toMatchObject({ category, culprit: { functionName } });
});

/** A stack again and again, a millisecond each, with another one in between every few times. */
function mixed(stack: string, other: string, every: number): [string, number][] {
  return Array.from({ length: 100 }, (_, index) => [index % every === 0 ? other : stack, 1]);
}

const FROM_A_TICK =
  '(root) > processTicksAndRejections@node:internal/process/task_queues:60 > end@/app/e.js:1';

test.each<[string, [string, number][], string, StallCategory]>([
  [
    'one long native call',
    mixed(`${HANDLER} > toString@node:buffer:1 > base64Slice`, HANDLER, 90),
    '',
    'native',
  ],
  ['many short ones', mixed(`${HANDLER} > update@node:crypto:1 > update`, HANDLER, 3), '', 'cpu'],
  ['a storm of ticks', mixed(FROM_A_TICK, '(program)', 9), '', 'microtasks'],
  ['one tick that parses', mixed(FROM_A_TICK, '(program)', 9), 'JSON.parse(text)', 'json'],
  ['a clone', [[HANDLER, 90]], 'structuredClone(state)', 'native'],
  ['a text cut by another', [[HANDLER, 90]], "text.split(',')", 'cpu'],
  ['a text cut by an expression', [[HANDLER, 90]], 'text.split(/,/)', 'regexp'],
])('%s', (_, stacks, source, category) => {
  expect(culpritOf(profile(stacks), [], () => source).category).toBe(category);
});

test('what V8 takes for the name of a function is shortened to what a stack calls it', () => {
  const { culprit } = culpritOf(profile([['(root) > exports.handle@/app/a.js:3', 90]]), [], NO_SOURCE);
  expect(culprit).toEqual({ functionName: 'handle', file: '/app/a.js', line: 3 });
});

const stackAt = (line: number) =>
  framesOf(`Error\n    at sum (/app/s.js:9:3)\n    at handler (/app/a.js:${line}:3)`);

test('a loop that V8 replaced after it was seen is found at the line where its caller called it', () => {
  const seenFirst: [string, number][] = [
    [`${HANDLER} > sum@/app/s.js:9`, 3],
    [HANDLER, 90],
  ];
  const named = (line: number) =>
    culpritOf(profile(seenFirst), stackAt(line), NO_SOURCE).culprit?.functionName;
  expect([named(3), named(4)]).toEqual(['sum', 'handler']);
});

test('the stack has the innermost frame first, without what is no function', () => {
  const { stack } = culpritOf(profile([[`${HANDLER} > hash@/app/b.js:7`, 90]]), [], NO_SOURCE);
  expect(stack).toEqual([
    { functionName: 'hash', file: '/app/b.js', line: 7 },
    { functionName: 'handler', file: '/app/a.js', line: 3 },
    { functionName: 'emit', file: 'node:events', line: 10 },
  ]);
});

test.each([
  ['const v = JSON.parse(text);', 'json'],
  ['return pattern.test(text);', 'regexp'],
  ['total += price;', 'cpu'],
])('reads what a line does where the engine does not say: %s', (line, category) => {
  expect(culpritOf(profile([[HANDLER, 90]]), [], () => line)).toMatchObject({ category });
});

test('a loop that the profiler does not know is taken from the stack at its beginning', () => {
  const caller = profile([['(root) > listOnTimeout@node:internal/timers:1', 90]]);
  const stack = framesOf(
    'Error\n    at forever (/app/f.js:2:3)\n    at listOnTimeout (node:internal/timers:581:17)',
  );
  expect(culpritOf(caller, stack, NO_SOURCE)).toMatchObject({
    category: 'cpu',
    culprit: { functionName: 'forever', file: '/app/f.js', line: 2 },
  });
  const other = profile([[`${HANDLER} > hash@/app/b.js:7`, 90]]);
  expect(culpritOf(other, stack, NO_SOURCE)).toMatchObject({ culprit: { functionName: 'hash' } });
});

test('reads the stacks of errors', () => {
  const text = `Error
    at <anonymous>:6:12
    at Timeout.poll [as _onTimeout] (/app/a b.js:3:7)
    at file:///app/c.mjs:4:1
    at new Pool (/app/pool.js:5:1)
    at Object.<anonymous> (C:\\app\\d.js:6:1)
    at async later (/app/e.js:7:1)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;
  expect(framesOf(text)).toEqual([
    { functionName: 'poll', file: '/app/a b.js', line: 3 },
    { functionName: '', file: '/app/c.mjs', line: 4 },
    { functionName: 'Pool', file: '/app/pool.js', line: 5 },
    { functionName: '', file: 'C:\\app\\d.js', line: 6 },
    { functionName: 'processTicksAndRejections', file: 'node:internal/process/task_queues', line: 95 },
  ]);
});

test('an empty profile says nothing', () => {
  expect(culpritOf(profile([]), [], NO_SOURCE)).toEqual({ category: 'unknown', culprit: null, stack: [] });
  expect(culpritOf(profile([['(root) > (idle)', 90]]), [], NO_SOURCE)).toMatchObject({
    category: 'unknown',
    culprit: null,
  });
});

test('looks at the stall alone', () => {
  const all = profile([
    [`${HANDLER} > before@/app/b.js:1`, 300],
    [`${HANDLER} > during@/app/d.js:1`, 100],
    [`${HANDLER} > after@/app/c.js:1`, 300],
  ]);
  const stall = within(all, { fromMicros: 1_350_000, toMicros: 1_450_000 });
  expect(culpritOf(stall, [], NO_SOURCE).culprit?.functionName).toBe('during');
});
