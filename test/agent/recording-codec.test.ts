import { expect, test } from 'vitest';

import { decodeEntry, encodeEntry } from '../../agent/recording-codec.ts';
import type { RecordingEntry, Sample } from '../../agent/recording.ts';

const SPACES = [
  'read_only_space',
  'new_space',
  'old_space',
  'code_space',
  'large_object_space',
  'trusted_space',
];

const SAMPLE: Sample = {
  type: 'sample',
  atMs: 1000.25,
  rssBytes: 50_000_001,
  heapTotalBytes: 20_000_002,
  heapUsedBytes: 15_000_003,
  externalBytes: 1_000_004,
  arrayBuffersBytes: 10_005,
  heapSpaceBytes: {
    read_only_space: 0,
    new_space: 100,
    old_space: 200,
    code_space: 300,
    large_object_space: 400,
    trusted_space: 0,
  },
  loopDelayP50Ms: 0.125,
  loopDelayP99Ms: 12.5,
  loopDelayMaxMs: 100,
  loopUtilization: 0.333,
  cpuUserMs: 12.75,
  cpuSystemMs: 0,
  activeResources: { Timeout: 2, TCPSocketWrap: 31 },
};

const REQUESTS = { count: 7, errors: 0, latencyP50Ms: 1.5, latencyP99Ms: 20.25, latencyMaxMs: 21 };

const ENTRIES: readonly RecordingEntry[] = [
  SAMPLE,
  { ...SAMPLE, activeResources: {} },
  { ...SAMPLE, activeResources: { Own: 1, Timeout: 3 } },
  { ...SAMPLE, requests: REQUESTS },
  { ...SAMPLE, requests: { count: 1, errors: 0, latencyP50Ms: 0, latencyP99Ms: 0, latencyMaxMs: 0 } },
  { ...SAMPLE, openFiles: 51 },
  { ...SAMPLE, requests: REQUESTS, openFiles: 51 },
  { type: 'open-files', atMs: 1, count: 64, held: [{ what: '/var/spool', count: 40 }] },
  { type: 'routes', atMs: 1, routes: [{ route: 'GET /users/:id', ...REQUESTS }] },
  { type: 'gc', atMs: 1, kind: 'minor', pauseMs: 0.5 },
  { type: 'gc', atMs: 1, kind: 'minor', pauseMs: 0 },
  { type: 'gc', atMs: 1, kind: 'minor', pauseMs: 2, count: 3, totalPauseMs: 4.5 },
  { type: 'gc', atMs: 2, kind: 'major', pauseMs: 30, heapUsedAfterBytes: 12_345_678 },
  { type: 'gc', atMs: 2, kind: 'major', pauseMs: 30, heapUsedAfterBytes: 1, count: 9, totalPauseMs: 90 },
  { type: 'listening', atMs: 3, port: 8080, address: '::' },
  { type: 'mark', atMs: 4, name: 'a "name"\nof two lines' },
  { type: 'notice', atMs: 5, code: 'snapshot-removed', message: '1-0-2.heapsnapshot' },
  { type: 'end', atMs: 6, exitCode: 0 },
];

test.each(ENTRIES)('comes back as it was: %o', (entry) => {
  const line = encodeEntry(entry, SPACES);
  expect(line.endsWith('\n')).toBe(true);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(decodeEntry(line.slice(0, -1), SPACES)).toEqual(entry);
});

test.each(ENTRIES)('is understood as a plain object too: %o', (entry) => {
  expect(decodeEntry(JSON.stringify(entry), [])).toEqual(entry);
});

test('times are kept to the microsecond', () => {
  expect(
    decodeEntry(encodeEntry({ type: 'mark', atMs: 1.23456789, name: 'x' }, SPACES), SPACES),
  ).toMatchObject({
    atMs: 1.235,
  });
});

test('a day of samples and collections at one a second stays under 20 MB', () => {
  const busy = {
    ...SAMPLE,
    atMs: 86_399_123.456,
    rssBytes: 1_234_567_890,
    heapTotalBytes: 987_654_321,
    heapUsedBytes: 876_543_210,
    externalBytes: 123_456_789,
    arrayBuffersBytes: 12_345_678,
    heapSpaceBytes: {
      new_space: 12_345_678,
      old_space: 765_432_109,
      code_space: 3_456_789,
      large_object_space: 98_765_432,
      trusted_space: 4_567_890,
    },
    loopUtilization: 0.567,
    cpuUserMs: 987.654,
    cpuSystemMs: 87.654,
    activeResources: { Timeout: 12, TCPSocketWrap: 345, TCPServerWrap: 1, PipeWrap: 3 },
  };
  const minor = {
    type: 'gc',
    atMs: 86_399_123.456,
    kind: 'minor',
    pauseMs: 1.234,
    count: 12,
    totalPauseMs: 12.345,
  };
  const line = encodeEntry(busy, SPACES) + encodeEntry(minor as RecordingEntry, SPACES);
  expect(line.length * 86_400).toBeLessThan(20e6);
});

test('a type from the future comes back as it is', () => {
  expect(decodeEntry('{"type":"weather","atMs":1,"sky":"clear"}', [])).toEqual({
    type: 'weather',
    atMs: 1,
    sky: 'clear',
  });
});

test.each([
  '',
  'null',
  '42',
  '"sample"',
  '{}',
  '{"type":"mark","name":"no time"}',
  '{"type":"mark","atMs":1}',
  '{"type":"sample","atMs":1}',
  '["s",1,2,3]',
  '["s",1,2,3,4,5,6,7,8,9,10,11,"12",[],[]]',
  '["g",1,"sideways",2]',
  '["g"]',
  '["x",1]',
  '[]',
  '{"type":"end","atMs":1,"exitCode":',
])('is no entry: %s', (text) => {
  expect(decodeEntry(text, SPACES)).toBeNull();
});
