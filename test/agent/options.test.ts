import { afterEach, expect, test, vi } from 'vitest';

vi.mock('../../agent/complain.ts', () => ({ complain: vi.fn<(message: string) => void>() }));

import { complain } from '../../agent/complain.ts';
import { DEFAULT_OPTIONS, optionsFromEnvironment, withGivenOptions } from '../../agent/options.ts';

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
  ['LEAKWATCH_SNAPSHOT_AT_HEAP_MB', '2', { snapshotAtHeapBytes: 2_097_152 }],
  ['LEAKWATCH_SNAPSHOT_AT_RSS_MB', '1', { snapshotAtRssBytes: 1_048_576 }],
  ['LEAKWATCH_SNAPSHOT_NEAR_LIMIT', '1', { snapshotNearHeapLimit: true }],
  ['LEAKWATCH_SNAPSHOT_ON_SHUTDOWN', 'yes', { snapshotOnShutdown: true }],
  ['LEAKWATCH_HTTP_PORT', '0', { httpPort: 0 }],
  ['LEAKWATCH_HTTP_TOKEN', 'secret', { httpToken: 'secret' }],
  ['LEAKWATCH_HEAP_PROFILE', '1', { heapProfile: true }],
  ['LEAKWATCH_CAPTURE_ENGINE', 'v8-profiler-next', { captureEngine: 'v8-profiler-next' }],
  ['LEAKWATCH_SNAPSHOT_COMPRESS', 'gzip', { snapshotCompress: 'gzip' }],
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

test('options given in code go before those of the environment', () => {
  const environment = { ...DEFAULT_OPTIONS, httpPort: 9320, stallMs: 50 };
  const given = { intervalMs: 500, httpPort: null, snapshotOnGrowth: false, runFolder: '/run' };
  expect(withGivenOptions(environment, given)).toEqual({ ...environment, ...given });
  expect(complain).not.toHaveBeenCalled();
});

test.each([
  ['intervalMs', Number.NaN],
  ['intervalMs', 0],
  ['intervalMs', '1s'],
  ['intervalMs', null],
  ['stallMs', 5],
  ['httpPort', -1],
  ['maxSnapshots', 2.5],
  ['diskBudgetBytes', Infinity],
])('the option %s of %s is told of, and not used', (name, value) => {
  expect(withGivenOptions(DEFAULT_OPTIONS, { [name]: value })).toEqual(DEFAULT_OPTIONS);
  expect(vi.mocked(complain).mock.calls).toEqual([
    [expect.stringMatching(new RegExp(`^the option ${name} of ${value} is ignored: expected `))],
  ]);
});

test('an option that is undefined is left out', () => {
  expect(withGivenOptions(DEFAULT_OPTIONS, { intervalMs: undefined } as object)).toEqual(DEFAULT_OPTIONS);
});
