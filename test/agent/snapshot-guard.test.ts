import { expect, test } from 'vitest';

import { forkRefusal, refusal, type SnapshotCosts } from '../../agent/snapshot-guard.ts';

const MB = 1024 * 1024;

const HARMLESS: SnapshotCosts = {
  heapUsedBytes: 100 * MB,
  availableBytes: 4000 * MB,
  memoryLimitBytes: null,
  diesAsGroup: false,
  diskFreeBytes: 10_000 * MB,
  budgetLeftBytes: 4000 * MB,
  estimatedPauseMs: 8000,
  maxPauseMs: Infinity,
};

test('lets a harmless snapshot be', () => {
  expect(refusal(HARMLESS)).toBeNull();
});

test.each<[string, Partial<SnapshotCosts>, string]>([
  [
    'a container that is too small',
    { heapUsedBytes: 1024 * MB, availableBytes: 900 * MB, memoryLimitBytes: 2048 * MB },
    'a snapshot of a heap of 1024 MB needs about 6672 MB more memory, of which 900 MB are free (the limit is 2048 MB)',
  ],
  [
    'a container that is full already',
    { availableBytes: -5 * MB, memoryLimitBytes: 512 * MB },
    'a snapshot of a heap of 100 MB needs about 666 MB more memory, of which 0 MB are free (the limit is 512 MB)',
  ],
  [
    'a machine that is too small',
    { availableBytes: 500 * MB },
    'a snapshot of a heap of 100 MB needs about 666 MB more memory, of which 500 MB are free',
  ],
  [
    'a full disk',
    { diskFreeBytes: 20 * MB },
    'a snapshot of a heap of 100 MB needs about 140 MB of disk, of which 20 MB are free',
  ],
  [
    'a spent budget',
    { budgetLeftBytes: 30 * MB },
    "a snapshot of a heap of 100 MB needs about 140 MB of disk, and 30 MB are left of the run folder's budget (LEAKWATCH_DISK_BUDGET_MB)",
  ],
  [
    'a pause that nobody asked for',
    { maxPauseMs: 5000 },
    'a snapshot of a heap of 100 MB would stop the event loop for about 8.0 s, longer than the 5.0 s allowed for one that nobody asked for (LEAKWATCH_MAX_PAUSE_MS)',
  ],
])('refuses for %s', (_, costs, sentence) => {
  expect(refusal({ ...HARMLESS, ...costs })).toBe(sentence);
});

test('a forked copy may take long, and needs room for what the process changes meanwhile', () => {
  const slow = { ...HARMLESS, estimatedPauseMs: 60_000, maxPauseMs: 1000 };
  expect(forkRefusal(slow)).toBeNull();
  expect(forkRefusal({ ...slow, availableBytes: 700 * MB })).toBe(
    'a snapshot of a heap of 100 MB needs about 766 MB more memory, of which 700 MB are free',
  );
});

test('where the kernel would kill the process together with its copy, there is to be twice the room', () => {
  const grouped = { ...HARMLESS, diesAsGroup: true, memoryLimitBytes: 2000 * MB };
  expect(forkRefusal({ ...grouped, availableBytes: 1600 * MB })).toBeNull();
  expect(forkRefusal({ ...grouped, availableBytes: 1500 * MB })).toBe(
    'a snapshot of a heap of 100 MB needs about 1516 MB more memory, of which 1500 MB are free (the limit is 2000 MB)',
  );
});
