import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { openRecorder } from '../../agent/recorder.ts';
import type { RecordingEntry, RecordingHeader, Sample } from '../../agent/recording.ts';
import { readRecording } from '../../analyzer/recording-reader.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const DAY_SECONDS = 86_400;
const MEGABYTE = 1e6;

const HEADER = {
  type: 'header',
  version: 1,
  pid: 7,
  threadId: 0,
  heapSpaces: [
    'new_space',
    'old_space',
    'code_space',
    'map_space',
    'large_object_space',
    'new_large_object_space',
  ],
} as unknown as RecordingHeader;

/** As long as a busy server's are: no number repeats the one before. */
function sampleAt(second: number): Sample {
  const noise = (second * 48_271) % 65_537;
  return {
    type: 'sample',
    atMs: second * 1000 + noise / 65,
    rssBytes: 180e6 + noise * 4096,
    heapTotalBytes: 90e6 + noise * 512,
    heapUsedBytes: 60e6 + noise * 331,
    externalBytes: 4e6 + noise,
    arrayBuffersBytes: 1e6 + noise,
    heapSpaceBytes: Object.fromEntries(
      (HEADER.heapSpaces ?? []).map((name, i) => [name, (i + 1) * 1e6 + noise * 17]),
    ),
    loopDelayP50Ms: noise / 7919,
    loopDelayP99Ms: noise / 1733,
    loopDelayMaxMs: noise / 997,
    loopUtilization: noise / 65_537,
    cpuUserMs: noise / 101,
    cpuSystemMs: noise / 577,
    activeResources: { Timeout: noise % 90, TCPSocketWrap: noise % 700, TCPServerWrap: 1, HTTPPARSER: 3 },
  };
}

/** Writes seconds as the agent does, each with a sample and two collections; one may be kept forever. */
async function recorded(
  seconds: number,
  budgetBytes: number,
  kept: (second: number) => RecordingEntry | null,
) {
  const path = join(temporaryFolder(), '7-0.recording.jsonl');
  const recorder = openRecorder(path, HEADER, budgetBytes);
  let mostBytes = 0;
  for (let second = 0; second < seconds; second++) {
    const special = kept(second);
    if (special !== null) recorder.add(special);
    if (second % recorder.thinning !== 0) continue;
    const sample = sampleAt(second);
    for (const kind of ['minor', 'major'] as const)
      recorder.add({
        type: 'gc',
        atMs: sample.atMs,
        kind,
        pauseMs: 1.234,
        heapUsedAfterBytes: 61e6 + second,
      });
    recorder.add(sample);
    recorder.flush();
    if (second % 1000 === 0) mostBytes = Math.max(mostBytes, statSync(path).size);
  }
  recorder.add({ type: 'end', atMs: seconds * 1000, exitCode: 0 });
  recorder.close();
  return { ...(await readRecording(path)), mostBytes: Math.max(mostBytes, statSync(path).size) };
}

test('a day at one sample a second stays under 20 MB', async () => {
  const { entries, damagedLines, mostBytes } = await recorded(DAY_SECONDS, Infinity, () => null);
  expect(mostBytes).toBeLessThan(20 * MEGABYTE);
  expect(damagedLines).toBe(0);
  expect(entries.at(-1)).toMatchObject({ type: 'end' });
});

test('a week never exceeds its budget, covers all of its time, and keeps what happens once', async () => {
  const budgetBytes = 16 * MEGABYTE;
  const snapshotAt = (second: number): RecordingEntry | null =>
    second % DAY_SECONDS === 1
      ? { type: 'snapshot', atMs: second * 1000, sequence: 1, reason: 'schedule', status: 'written' }
      : null;
  const { entries, mostBytes } = await recorded(7 * DAY_SECONDS, budgetBytes, snapshotAt);
  expect(mostBytes).toBeLessThan(budgetBytes * 1.01);
  expect(entries.filter(({ type }) => type === 'snapshot')).toHaveLength(7);
  const days = new Set(
    entries.filter(({ type }) => type === 'sample').map(({ atMs }) => Math.floor(atMs / 1000 / DAY_SECONDS)),
  );
  expect([...days]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
