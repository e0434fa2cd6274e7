import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { expect, test } from 'vitest';
import { RECORDING_SUFFIX, RECORDING_VERSION } from '../../agent/recording.ts';
import { analyzeRun } from '../../analyzer/index.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MEGABYTE = 1024 * 1024;
const SNAPSHOT = { file: 'only.heapsnapshot', atMs: 100_000 };

const SAMPLE = {
  type: 'sample',
  rssBytes: 200 * MEGABYTE,
  heapTotalBytes: 100 * MEGABYTE,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  heapSpaceBytes: {},
  loopDelayP50Ms: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  loopUtilization: 0,
  cpuUserMs: 0,
  cpuSystemMs: 0,
  activeResources: {},
};

/** A run of five minutes with a snapshot in the second one: a major collection and a sample every five seconds. */
function runWith(floorMegabytes: (second: number) => number): string {
  const folder = temporaryFolder();
  const header = {
    type: 'header',
    version: RECORDING_VERSION,
    pid: 7,
    threadId: 0,
    startedAt: 0,
    cwd: folder,
  };
  const lines = Array.from({ length: 60 }, (_, index) => index * 5).flatMap((second) => {
    const bytes = floorMegabytes(second) * MEGABYTE;
    return [
      { type: 'gc', atMs: second * 1000, kind: 'major', pauseMs: 1, heapUsedAfterBytes: bytes },
      { ...SAMPLE, atMs: second * 1000, heapUsedBytes: bytes },
    ];
  });
  const taken = { type: 'snapshot', sequence: 1, reason: 'baseline', status: 'written', ...SNAPSHOT };
  const before = lines.filter(({ atMs }) => atMs <= SNAPSHOT.atMs);
  const text = [header, ...before, taken, ...lines.slice(before.length)]
    .map((line) => JSON.stringify(line))
    .join('\n');
  writeFileSync(join(folder, `7${RECORDING_SUFFIX}`), `${text}\n`);
  writeHeapSnapshot(join(folder, SNAPSHOT.file));
  return folder;
}

test('one snapshot is enough where the heap grew no more after it', async () => {
  const report = await analyzeRun(runWith((second) => Math.min(90, 50 + second / 2)));
  expect(report).toMatchObject({ verdict: 'clean', findings: [] });
  expect(report.headline).toMatch(
    /^No leak found: the heap's floor did not grow in the .+ after the only snapshot\.$/,
  );
});

test('and tells nothing where it went on growing', async () => {
  const report = await analyzeRun(runWith((second) => 50 + second / 20));
  expect(report.verdict).toBe('unknown');
});
