import {
  appendFileSync,
  chmodSync,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

vi.mock('../../agent/complain.ts', async (original) => ({
  ...(await original<object>()),
  complain: vi.fn<(message: string) => void>(),
}));

const disk = vi.hoisted(() => ({ takesBytes: Infinity }));

vi.mock('../../agent/primordials.ts', async (original) => {
  const builtins = await original<{ writeSync: (descriptor: number, bytes: Buffer) => number }>();
  return {
    ...builtins,
    writeSync(descriptor: number, bytes: Buffer): number {
      if (disk.takesBytes === 0) throw new Error('ENOSPC: no space left on device');
      return builtins.writeSync(descriptor, bytes.subarray(0, disk.takesBytes));
    },
  };
});

import { complain } from '../../agent/complain.ts';
import { openRecorder } from '../../agent/recorder.ts';
import { readRecording } from '../../analyzer/recording-reader.ts';
import type { RecordingHeader } from '../../agent/recording.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

afterEach(() => vi.mocked(complain).mockClear());

const HEADER = { type: 'header', version: 1, pid: 7, threadId: 0 } as RecordingHeader;
const NAME = '7-0.recording.jsonl';

const mark = (atMs: number, name = 'x') => ({ type: 'mark', atMs, name }) as const;

test('writes the header at once and entries at the flush, for the user alone', async () => {
  const path = join(temporaryFolder(), NAME);
  const recorder = openRecorder(path, HEADER, Infinity);
  recorder.add(mark(1));
  expect((await readRecording(path)).entries).toEqual([]);
  recorder.flush();
  expect((await readRecording(path)).entries).toEqual([mark(1)]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  recorder.close();
});

test('one sample stands for twice the time with each sixth of the budget, and past it only the last words are kept', async () => {
  const path = join(temporaryFolder(), NAME);
  const recorder = openRecorder(path, HEADER, 6000);
  const thinnings = new Set<number>();
  for (let atMs = 0; atMs < 500; atMs++) {
    recorder.add(mark(atMs));
    recorder.flush();
    thinnings.add(recorder.thinning);
  }
  recorder.add({ type: 'end', atMs: 500, exitCode: 0 });
  recorder.close();
  expect([...thinnings]).toEqual([1, 2, 4, 8, 16, 32, 64]);
  expect(statSync(path).size).toBeLessThan(6100);
  expect((await readRecording(path)).entries.at(-1)).toEqual({ type: 'end', atMs: 500, exitCode: 0 });
});

test('moves the recording of an earlier process with this pid aside', async () => {
  const folder = temporaryFolder();
  const path = join(folder, NAME);
  openRecorder(path, HEADER, Infinity).close();
  appendFileSync(path, '{"type":"mark","atMs":1,"name":"earlier"}\n');
  openRecorder(path, HEADER, Infinity).close();
  expect((await readRecording(path)).entries).toEqual([]);
  const [earlier] = readdirSync(folder).toSorted();
  expect(earlier).toMatch(/^7-0-until-\d+\.recording\.jsonl$/);
  expect(readFileSync(join(folder, earlier), 'utf8')).toContain('earlier');
});

test('says once that the recording was deleted, and goes on without', () => {
  const folder = temporaryFolder();
  const recorder = openRecorder(join(folder, NAME), HEADER, Infinity);
  rmSync(folder, { recursive: true });
  for (const atMs of [1, 2, 3]) {
    recorder.add(mark(atMs));
    recorder.flush();
  }
  recorder.close();
  expect(vi.mocked(complain).mock.calls).toEqual([
    ['nothing is recorded any more: the recording was deleted'],
  ]);
});

test('says that the file cannot be made, and goes on without', () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o500);
  const recorder = openRecorder(join(folder, 'none', NAME), HEADER, Infinity);
  recorder.add(mark(1));
  recorder.close();
  chmodSync(folder, 0o700);
  expect(complain).toHaveBeenCalledTimes(1);
  expect(vi.mocked(complain).mock.calls[0][0]).toMatch(/^nothing is recorded: /);
});

test('a descriptor that the application closed by mistake is opened anew, and what has its number now is left alone', async () => {
  const folder = temporaryFolder();
  const path = join(folder, NAME);
  const recorder = openRecorder(path, HEADER, Infinity);
  closeSync(descriptorOf(path));
  const own = join(folder, 'of the application');
  const descriptor = openSync(own, 'w');
  recorder.add(mark(1));
  recorder.flush();
  recorder.close();
  expect(readFileSync(own, 'utf8')).toBe('');
  closeSync(descriptor);
  expect(await readRecording(path)).toMatchObject({ entries: [mark(1)], damagedLines: 0 });
  expect(complain).not.toHaveBeenCalled();
});

test('drops what a full disk does not take, says so once, and leaves whole lines', async () => {
  const path = join(temporaryFolder(), NAME);
  const recorder = openRecorder(path, HEADER, Infinity);
  const write = (atMs: number) => {
    recorder.add(mark(atMs));
    recorder.flush();
  };
  write(1);
  disk.takesBytes = 5;
  write(2);
  disk.takesBytes = 0;
  write(3);
  write(4);
  disk.takesBytes = Infinity;
  write(5);
  recorder.close();
  expect(vi.mocked(complain).mock.calls).toEqual([
    ['the recording has a gap: ENOSPC: no space left on device'],
  ]);
  expect(await readRecording(path)).toMatchObject({ entries: [mark(1), mark(5)], damagedLines: 1 });
});

/** The one that is open for a file. */
function descriptorOf(path: string): number {
  const { ino } = statSync(path);
  const isIts = (descriptor: number) => {
    try {
      return fstatSync(descriptor).ino === ino;
    } catch {
      return false; // It is not open.
    }
  };
  const found = Array.from({ length: 4096 }, (_, descriptor) => descriptor).find(isIts);
  if (found === undefined) throw new Error(`${path} is not open`);
  return found;
}
