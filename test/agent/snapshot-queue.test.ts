import { expect, test } from 'vitest';

import type { SnapshotMode, SnapshotTaken } from '../../agent/recording.ts';
import { createSnapshotQueue } from '../../agent/snapshot-queue.ts';
import type { NoSnapshot, SnapshotOutcome, WrittenSnapshot } from '../../agent/snapshot.ts';

const WRITTEN: WrittenSnapshot = {
  status: 'written',
  mode: 'in-process',
  sequence: 1,
  file: 'a',
  fileBytes: 10,
  pauseMs: 100,
  removed: [],
};
const COSTS = { tookMs: 3000, attempts: 2, copyPeakBytes: 1e9, copiedBytes: 1e6 };
const FORKED: WrittenSnapshot = {
  ...WRITTEN,
  mode: 'fork',
  pauseMs: 8,
  forked: { delayMs: 30, ...COSTS },
};
const REFUSED: NoSnapshot = { status: 'refused', sequence: 1, detail: 'too large' };
const BUSY: NoSnapshot = { status: 'busy', sequence: 1, detail: 'another one' };
const UNFORKABLE: NoSnapshot = {
  status: 'failed',
  sequence: 2,
  detail: 'no copies here',
  isForkToBlame: true,
};

const REQUEST = { reason: 'request', requestId: 'r1', isAskedFor: true } as const;
const GROWTH = { reason: 'growth', isAskedFor: false } as const;

/** A queue over a snapshotter with these outcomes, one after the other; what it was called with, and what was taken. */
function queueOver(outcomes: readonly SnapshotOutcome[], snapshotMode: SnapshotMode | null = null) {
  const calls: (number | 'fork')[] = [];
  const taken: SnapshotTaken[] = [];
  const rest = [...outcomes];
  const next = (call: number | 'fork') => {
    calls.push(call);
    return rest.shift() ?? WRITTEN;
  };
  const queue = createSnapshotQueue(
    { take: next, fork: async () => next('fork') },
    { maxPauseMs: 500, snapshotMode },
    ({ entry }) => taken.push(entry),
  );
  const work = (atMs: number) => {
    queue.work(atMs);
    return taken.splice(0);
  };
  /** The same, for what comes after some turns of the event loop. */
  const workOn = async (atMs: number) => {
    queue.work(atMs);
    await new Promise((resume) => setImmediate(resume));
    return taken.splice(0);
  };
  return { queue, calls, work, workOn };
}

test('a request is answered with its id, whatever pause it needs; a pause nobody asked for has its limit', () => {
  const { queue, calls, work } = queueOver([]);
  queue.add(REQUEST);
  queue.add(GROWTH);
  expect(work(10)).toEqual([
    { type: 'snapshot', atMs: 10, reason: 'request', requestId: 'r1', ...written() },
    { type: 'snapshot', atMs: 10, reason: 'growth', ...written() },
  ]);
  expect(calls).toEqual([Infinity, 500]);
});

test('the own ideas rest for four pauses; what is asked for does not', () => {
  const { queue, work } = queueOver([]);
  queue.add(GROWTH);
  expect(work(1000)).toHaveLength(1);
  queue.add(GROWTH);
  queue.add(GROWTH);
  queue.add(REQUEST);
  expect(work(1001).map(({ reason }) => reason)).toEqual(['request']);
  expect(work(1400)).toHaveLength(0);
  expect(work(1401).map(({ reason }) => reason)).toEqual(['growth']);
  expect(work(100_000)).toHaveLength(0);
});

test('after a refusal the own ideas rest for a minute', () => {
  const { queue, work } = queueOver([REFUSED]);
  queue.add(GROWTH);
  expect(work(0)).toEqual([
    { type: 'snapshot', atMs: 0, sequence: 1, reason: 'growth', status: 'refused', detail: 'too large' },
  ]);
  queue.add(GROWTH);
  expect(work(59_999)).toHaveLength(0);
  expect(work(60_000)).toHaveLength(1);
});

test('waits while another process is at it, except for a caller who wants an answer now', () => {
  const { queue, work } = queueOver([BUSY, BUSY, WRITTEN]);
  queue.add(REQUEST);
  expect(work(1)).toEqual([]);
  expect(queue.take({ reason: 'api', isAskedFor: true }, 2)).toMatchObject({
    status: 'refused',
    detail: 'another one',
  });
  expect(work(3)).toHaveLength(2);
});

test('a forked one is told of when it is there, at the moment it shows and with what it cost', async () => {
  const { queue, calls, work, workOn } = queueOver([FORKED], 'fork');
  queue.add(REQUEST);
  expect(work(10)).toEqual([]);
  expect(await workOn(20)).toEqual([
    {
      type: 'snapshot',
      reason: 'request',
      requestId: 'r1',
      sequence: 1,
      status: 'written',
      file: 'a',
      fileBytes: 10,
      mode: 'fork',
      pauseMs: 8,
      atMs: 40,
      ...COSTS,
    },
  ]);
  expect(calls).toEqual(['fork']);
});

test('one is forked at a time, and a request knows its own mode', async () => {
  const { queue, calls, work, workOn } = queueOver([FORKED, WRITTEN, FORKED]);
  queue.add({ ...REQUEST, mode: 'fork' });
  queue.add({ ...REQUEST, mode: 'fork' });
  queue.add(REQUEST);
  expect(work(1).map(({ mode }) => mode)).toEqual(['in-process']);
  expect(await workOn(2)).toHaveLength(1);
  expect(await workOn(3)).toHaveLength(1);
  expect(calls).toEqual(['fork', Infinity, 'fork']);
});

test.each([
  ['auto', UNFORKABLE, { status: 'written', mode: 'in-process', fallback: 'no copies here' }],
  ['fork', UNFORKABLE, { status: 'failed', detail: 'no copies here' }],
  ['auto', { status: 'failed', sequence: 2, detail: 'the disk is full' }, { status: 'failed' }],
  ['auto', REFUSED, { status: 'refused' }],
] as const)('%s after %j', async (mode, outcome, expected) => {
  const { queue, workOn } = queueOver([outcome]);
  queue.add({ ...REQUEST, mode });
  expect(await workOn(1)).toEqual([expect.objectContaining(expected)]);
});

const TOO_LONG: NoSnapshot = { status: 'refused', sequence: 1, detail: 'it takes long', isTooLong: true };

test.each<[string, SnapshotMode | null, SnapshotOutcome[], Partial<SnapshotTaken>, number]>([
  ['is forked', null, [TOO_LONG, FORKED], { status: 'written', mode: 'fork' }, 2],
  ['is refused when told so', 'in-process', [TOO_LONG, FORKED], { status: 'refused' }, 1],
  ['is refused for another reason', null, [REFUSED, FORKED], { status: 'refused' }, 1],
  ['is taken nowhere', null, [TOO_LONG, UNFORKABLE], { detail: 'it takes long; no copies here' }, 2],
])('what would stop the thread for too long %s', async (_, mode, outcomes, expected, tries) => {
  const { queue, calls, workOn } = queueOver(outcomes, mode);
  queue.add(GROWTH);
  expect(await workOn(1)).toEqual([expect.objectContaining(expected)]);
  expect(calls).toEqual([500, 'fork'].slice(0, tries));
});

test('what is forked in the place of another has its number', async () => {
  const forked: (number | undefined)[] = [];
  const snapshotter = {
    take: () => ({ ...TOO_LONG, sequence: 7 }),
    fork: async (_: boolean, sequence?: number) => (forked.push(sequence), FORKED),
  };
  const queue = createSnapshotQueue(snapshotter, { maxPauseMs: 500, snapshotMode: null }, () => {});
  queue.add(GROWTH);
  queue.work(1);
  await new Promise((resume) => setImmediate(resume));
  expect(forked).toEqual([7]);
});

test('two that are asked for at once come one after the other', async () => {
  const { queue, calls } = queueOver([FORKED, { ...FORKED, sequence: 2 }]);
  const ask = { reason: 'api', isAskedFor: true, mode: 'fork' } as const;
  const both = await Promise.all([queue.request(ask, () => 0), queue.request(ask, () => 5)]);
  expect(both.map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(calls).toEqual(['fork', 'fork']);
});

function written() {
  const { removed: _removed, ...fields } = WRITTEN;
  return fields;
}
