import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { encodeEntry, encodeHeader } from '../../agent/recording-codec.ts';
import { followRecording, readRecording } from '../../analyzer/recording-reader.ts';
import type { RecordingHeader, RecordingLine } from '../../agent/recording.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const HEADER: RecordingHeader = {
  type: 'header',
  version: 1,
  agentVersion: '0.1.0',
  pid: 100,
  ppid: 1,
  threadId: 0,
  role: 'main',
  script: '/app/server.js',
  cwd: '/app',
  nodeVersion: 'v20.0.0',
  v8Version: '11',
  platform: 'linux',
  arch: 'x64',
  startedAt: 1_700_000_000_000,
  sampleIntervalMs: 1000,
  heapLimitBytes: 4_000_000_000,
  memoryLimitBytes: null,
};

const MARK = { type: 'mark', atMs: 1, name: 'übergang' } as const;
const END = { type: 'end', atMs: 2, exitCode: 0 } as const;

const encodeLine = (line: RecordingLine) =>
  line.type === 'header' ? encodeHeader(line) : encodeEntry(line, []);

function recordingOf(...lines: readonly (RecordingLine | string)[]): string {
  const path = join(temporaryFolder(), 'a.recording.jsonl');
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : encodeLine(line))).join(''));
  return path;
}

test('gives the header and the entries in their order', async () => {
  const recording = await readRecording(recordingOf(HEADER, MARK, END));
  expect(recording).toEqual({ header: HEADER, entries: [MARK, END], damagedLines: 0 });
});

test('is readable after every byte of what follows the header', async () => {
  const whole = Buffer.from(encodeLine(MARK) + encodeLine(END));
  const path = recordingOf(HEADER);
  const follower = await followRecording(path);
  const seen: unknown[] = [];
  for (const byte of whole) {
    appendFileSync(path, Buffer.of(byte));
    seen.push(...(await follower.readNew()));
    expect((await readRecording(path)).damagedLines).toBe(0);
  }
  await follower.close();
  expect(seen).toEqual([MARK, END]);
});

test('passes damaged lines over and counts them', async () => {
  const path = recordingOf(HEADER, MARK, '["s",1,2\n', '\0\0\0\n', 'text\n', '\n', END);
  expect(await readRecording(path)).toMatchObject({ entries: [MARK, END], damagedLines: 4 });
});

test('reads more than one chunk', async () => {
  const marks = Array.from({ length: 40_000 }, (_, atMs) => ({ ...MARK, atMs }));
  const { entries } = await readRecording(recordingOf(HEADER, ...marks));
  expect(entries).toEqual(marks);
});

test.each([
  ['EMPTY', '', 'is empty'],
  ['NOT_A_RECORDING', 'hello\n', 'is not a leakwatch recording'],
  ['NOT_A_RECORDING', '{"snapshot":{"meta":{}}}\n', 'is not a leakwatch recording'],
  ['NOT_A_RECORDING', '{"type":"header"', 'is not a leakwatch recording'],
  [
    'NEWER_VERSION',
    encodeLine({ ...HEADER, version: 99, agentVersion: '7.0.0' }),
    'format 99, written by leakwatch 7.0.0',
  ],
])('says %s of %j', async (code, text, message) => {
  await expect(readRecording(recordingOf(text))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test('says that a file is missing, or a directory', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'));
  await expect(readRecording(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(readRecording(join(folder, 'run'))).rejects.toMatchObject({ code: 'IS_DIRECTORY' });
});

test('does not wait for the writer of a pipe', async () => {
  const pipe = join(temporaryFolder(), '1-0.recording.jsonl');
  execFileSync('mkfifo', [pipe]);
  await expect(readRecording(pipe)).rejects.toThrow(`${pipe} is a pipe, not a file.`);
});
