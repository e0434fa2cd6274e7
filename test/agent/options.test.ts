import { afterEach, expect, test, vi } from 'vitest';

vi.mock('../../agent/complain.ts', () => ({ complain: vi.fn<(message: string) => void>() }));

import { complain } from '../../agent/complain.ts';
import { DEFAULT_OPTIONS, optionsFromEnvironment } from '../../agent/options.ts';

afterEach(() => vi.mocked(complain).mockClear());

test('without variables everything has its default', () => {
  expect(optionsFromEnvironment({})).toEqual(DEFAULT_OPTIONS);
  expect(complain).not.toHaveBeenCalled();
});

test.each([
  ['LEAKWATCH_OFF', '1', { enabled: false }],
  ['LEAKWATCH_OFF', 'no', { enabled: true }],
  ['LEAKWATCH_DIR', '/var/run', { runFolder: '/var/run' }],
  ['LEAKWATCH_INTERVAL_MS', '250', { intervalMs: 250 }],
  ['LEAKWATCH_SIGNAL', 'SIGUSR2', { signal: 'SIGUSR2' }],
  ['LEAKWATCH_SNAPSHOT_EVERY', '90s', { snapshotEveryMs: 90_000 }],
  ['LEAKWATCH_SNAPSHOT_EVERY', '2h', { snapshotEveryMs: 7_200_000 }],
  ['LEAKWATCH_SNAPSHOT_ON_GROWTH', 'off', { snapshotOnGrowth: false }],
  ['LEAKWATCH_MAX_SNAPSHOTS', '3', { maxSnapshots: 3 }],
  ['LEAKWATCH_MAX_PAUSE_MS', '500', { maxPauseMs: 500 }],
  ['LEAKWATCH_DISK_BUDGET_MB', '100', { diskBudgetBytes: 104_857_600 }],
  ['LEAKWATCH_MEMORY_LIMIT_MB', '1', { memoryLimitBytes: 1_048_576 }],
])('%s=%s', (name, value, expected) => {
  expect(optionsFromEnvironment({ [name]: value })).toEqual({ ...DEFAULT_OPTIONS, ...expected });
  expect(complain).not.toHaveBeenCalled();
});

test.each([
  ['LEAKWATCH_OFF', 'constructor', '1 or 0'],
  ['LEAKWATCH_INTERVAL_MS', '0', 'a whole number from 10 to 3600000'],
  ['LEAKWATCH_INTERVAL_MS', '1e3', 'a whole number from 10 to 3600000'],
  ['LEAKWATCH_SIGNAL', 'SIGKILL', 'a signal such as SIGUSR2 that a process can catch'],
  ['LEAKWATCH_SIGNAL', 'SIGNAL', 'a signal such as SIGUSR2 that a process can catch'],
  ['LEAKWATCH_SNAPSHOT_EVERY', '10', 'a duration such as 90s, 10m or 2h'],
  ['LEAKWATCH_MAX_SNAPSHOTS', 'many', 'a whole number from 1 to 1000'],
  ['LEAKWATCH_DISK_BUDGET_MB', '-5', 'a number of megabytes from 1 to 1000000'],
])('%s=%s keeps the default and says so in one line', (name, value, expected) => {
  expect(optionsFromEnvironment({ [name]: value })).toEqual(DEFAULT_OPTIONS);
  expect(vi.mocked(complain).mock.calls).toEqual([[`${name}=${value} is ignored: expected ${expected}`]]);
});
