import { expect, test } from 'vitest';

import { createSnapshotQueue } from '../../agent/snapshot-queue.ts';
import type { NoSnapshot, Snapshotter, WrittenSnapshot } from '../../agent/snapshot.ts';

const WRITTEN: WrittenSnapshot = {
  status: 'written',
  sequence: 1,
  file: 'a',
  fileBytes: 10,
  pauseMs: 100,
  removed: [],
};
const REFUSED: NoSnapshot = { status: 'refused', sequence: 1, detail: 'too large' };
const BUSY: NoSnapshot = { status: 'busy', sequence: 1, detail: 'another one' };

const REQUEST = { reason: 'request', requestId: 'r1', isAskedFor: true } as const;
const GROWTH = { reason: 'growth', isAskedFor: false } as const;

/** A snapshotter with these outcomes, one after the other, and what it was called with. */
function scripted(...outcomes: readonly (WrittenSnapshot | NoSnapshot)[]) {
  const pauses: number[] = [];
  const rest = [...outcomes];
  const snapshotter: Snapshotter = {
    take(maxPauseMs) {
      pauses.push(maxPauseMs);
      return rest.shift() ?? WRITTEN;
    },
  };
  return { snapshotter, pauses };
}

test('a request is answered with its id, whatever pause it needs; a pause nobody asked for has its limit', () => {
  const { snapshotter, pauses } = scripted();
  const queue = createSnapshotQueue(snapshotter, 500);
  queue.add(REQUEST);
  queue.add(GROWTH);
  expect(queue.work(10).map(({ entry }) => entry)).toEqual([
    { type: 'snapshot', atMs: 10, reason: 'request', requestId: 'r1', ...written() },
    { type: 'snapshot', atMs: 10, reason: 'growth', ...written() },
  ]);
  expect(pauses).toEqual([Infinity, 500]);
});

test('the own ideas rest for four pauses; what is asked for does not', () => {
  const queue = createSnapshotQueue(scripted().snapshotter, 500);
  queue.add(GROWTH);
  expect(queue.work(1000)).toHaveLength(1);
  queue.add(GROWTH);
  queue.add(GROWTH);
  queue.add(REQUEST);
  expect(queue.work(1001).map(({ entry }) => entry.reason)).toEqual(['request']);
  expect(queue.work(1400)).toHaveLength(0);
  expect(queue.work(1401).map(({ entry }) => entry.reason)).toEqual(['growth']);
  expect(queue.work(100_000)).toHaveLength(0);
});

test('after a refusal the own ideas rest for a minute', () => {
  const queue = createSnapshotQueue(scripted(REFUSED).snapshotter, 500);
  queue.add(GROWTH);
  expect(queue.work(0).map(({ entry }) => entry)).toEqual([
    { type: 'snapshot', atMs: 0, sequence: 1, reason: 'growth', status: 'refused', detail: 'too large' },
  ]);
  queue.add(GROWTH);
  expect(queue.work(59_999)).toHaveLength(0);
  expect(queue.work(60_000)).toHaveLength(1);
});

test('waits while another process is at it, except for a caller who wants an answer now', () => {
  const queue = createSnapshotQueue(scripted(BUSY, BUSY, WRITTEN).snapshotter, 500);
  queue.add(REQUEST);
  expect(queue.work(1)).toEqual([]);
  expect(queue.take({ reason: 'api', isAskedFor: true }, 2).entry).toMatchObject({
    status: 'refused',
    detail: 'another process of this run is taking a snapshot',
  });
  expect(queue.work(3)).toHaveLength(1);
});

function written() {
  const { removed: _removed, ...fields } = WRITTEN;
  return fields;
}
