import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Collection, Recording, RecordingHeader, Sample } from '../../agent/recording.ts';
import { fromClinic, readClinicFolder, toClinic, writeClinicFolder } from '../../analyzer/doctor/index.ts';
import { opinionOf, opinionSentence } from '../../analyzer/doctor/clinic/opinion.ts';
import { decodeProcessStats, encodeProcessStats } from '../../analyzer/doctor/clinic/process-stat.ts';
import { leakwatch } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Recorded by @clinic/doctor 11.0.0, on a busy machine, of a program that computes for 150 ms twelve times. */
const CLINICS_OWN = join(__dirname, '..', '..', 'fixtures', 'clinic', '4711.clinic-doctor');

describe("clinic's own recording", () => {
  test('is read, and its samples are written again to the byte', () => {
    const bytes = readFileSync(join(CLINICS_OWN, '4711.clinic-doctor-processstat'));
    const stats = decodeProcessStats(bytes);
    expect(stats).toHaveLength(123);
    expect(stats?.[0]).toMatchObject({ loopUtilization: expect.any(Number) as number });
    expect(encodeProcessStats(stats ?? [])).toEqual(bytes);
  });

  test('tells stalls, collections with their floor, and samples of a second', () => {
    const recording = fromClinic(readClinicFolder(CLINICS_OWN), '4711');
    expect(recording.header).toMatchObject({ pid: 4711, nodeVersion: 'v20.20.2' });
    const count = (type: string) => recording.entries.filter((entry) => entry.type === type).length;
    expect({ samples: count('sample'), stalls: count('stall') }).toEqual({ samples: 5, stalls: 11 });
    const collections = recording.entries.filter((entry): entry is Collection => entry.type === 'gc');
    const majors = collections.filter(({ kind }) => kind === 'major');
    expect({ all: collections.length, majors: majors.length }).toEqual({ all: 21, majors: 2 });
    for (const { heapUsedAfterBytes, pauseMs } of majors) {
      expect(heapUsedAfterBytes).toBeGreaterThan(1e6);
      expect(pauseMs).toBeGreaterThan(0);
    }
    const times = recording.entries.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

const HEADER = {
  pid: 7,
  threadId: 0,
  nodeVersion: 'v22.1.0',
  v8Version: '12.4',
  startedAt: 1_700_000_000_000,
} as RecordingHeader;

function sampleAt(atMs: number): Sample {
  return {
    type: 'sample',
    atMs,
    rssBytes: 9e7,
    heapTotalBytes: 4e7,
    heapUsedBytes: 2e7 + atMs,
    externalBytes: 2e6,
    arrayBuffersBytes: 1e5,
    heapSpaceBytes: {},
    loopDelayP50Ms: 1,
    loopDelayP99Ms: 20,
    loopDelayMaxMs: 130,
    loopUtilization: 0.5,
    cpuUserMs: 600,
    cpuSystemMs: 200,
    activeResources: { TCPSocketWrap: 4, TCPServerWrap: 1, Timeout: 30, FSReqCallback: 9 },
  };
}

const RECORDING: Recording = {
  header: HEADER,
  entries: [
    { type: 'gc', atMs: 500, kind: 'minor', pauseMs: 3, count: 4, totalPauseMs: 9 },
    sampleAt(1000),
    { type: 'gc', atMs: 1500, kind: 'major', pauseMs: 25, heapUsedAfterBytes: 19e6 },
    sampleAt(2000),
    sampleAt(3000),
  ],
  damagedLines: 0,
};

describe('a recording', () => {
  test('becomes what clinic would have written: mostly the median of the delay, and its maximum', () => {
    const { processStats, systemInfo } = toClinic(RECORDING);
    expect(systemInfo).toMatchObject({
      clock: { unixtime: HEADER.startedAt },
      nodeVersions: { node: '22.1.0' },
    });
    expect(processStats.map(({ delay }) => delay).slice(0, 4)).toEqual([1, 1, 1, 130]);
    expect(processStats.map(({ timestamp }) => timestamp - HEADER.startedAt).slice(2, 6)).toEqual([
      750, 1000, 1250, 1500,
    ]);
    expect(processStats[5]).toMatchObject({ cpu: 0.8, handles: 5, loopUtilization: 50 });
  });

  test('comes back from there with what clinic knows of it', () => {
    const folder = join(temporaryFolder(), '7.clinic-doctor');
    writeClinicFolder(folder, toClinic(RECORDING));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const back = fromClinic(readClinicFolder(folder), '7');
    const longest = back.entries.filter(({ type }) => type === 'gc');
    expect(longest).toMatchObject([
      { kind: 'minor', pauseMs: 3 },
      { kind: 'minor', pauseMs: 6 },
      { kind: 'major', pauseMs: 25, heapUsedAfterBytes: 19e6 },
    ]);
    const last = back.entries.findLast((entry): entry is Sample => entry.type === 'sample');
    expect(last).toMatchObject({ heapUsedBytes: 2e7 + 3000, rssBytes: 9e7, loopDelayMaxMs: 130 });
    expect(back.entries.filter(({ type }) => type === 'stall')).toHaveLength(3);
  });
});

describe('a folder that is no recording of clinic is refused in a sentence', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    ['missing', () => {}, /7\.clinic-doctor is no folder\.$/],
    ['empty', (folder) => mkdirSync(folder), /7\.clinic-doctor-processstat cannot be read\.$/],
    [
      'with damaged samples',
      (folder) => writeFileSync(pathIn(written(folder), 'processstat'), Buffer.from([0, 3, 1, 2, 3])),
      /7\.clinic-doctor-processstat is damaged: it is not what clinic doctor writes\.$/,
    ],
    [
      'with a damaged trace',
      (folder) => writeFileSync(pathIn(written(folder), 'traceevent'), '{"traceEvents":['),
      /7\.clinic-doctor-traceevent is damaged/,
    ],
    [
      'of another shape',
      (folder) => writeFileSync(pathIn(written(folder), 'systeminfo'), '{"clock":{}}'),
      /7\.clinic-doctor-systeminfo is damaged/,
    ],
  ])('%s', (_, make, sentence) => {
    const folder = join(temporaryFolder(), '7.clinic-doctor');
    make(folder);
    expect(() => readClinicFolder(folder)).toThrow(sentence);
  });

  test('a sample that was cut when the process was killed is left out', () => {
    const bytes = encodeProcessStats(toClinic(RECORDING).processStats);
    expect(decodeProcessStats(bytes.subarray(0, -5))).toHaveLength(11);
  });
});

const FAULTS = { delay: 'performance', cpu: 'none', memory: { heapUsed: 'performance', rss: 'none' } };

test.each([
  [
    { issueCategory: 'event-loop', issues: FAULTS },
    '@clinic/doctor suspects the event loop (delay, memory.heapUsed).',
  ],
  [{ issueCategory: 'none', issues: {} }, '@clinic/doctor finds nothing wrong.'],
])('an opinion is a sentence', (analysis, sentence) => {
  const opinion = opinionOf(analysis);
  expect(opinion && opinionSentence(opinion)).toBe(sentence);
});

test.each([null, 'none', {}, { issueCategory: 'new' }])('%j is no opinion', (analysis) => {
  expect(opinionOf(analysis)).toBeNull();
});

/** Stands in for @clinic/doctor, which is 366 packages: the same files, streams and answer. */
const PACKAGE = {
  'package.json': '{ "name": "@clinic/doctor", "version": "11.0.0" }',
  'format/system-info-decoder.js': decoderOf('JSON.parse(text).nodeVersions.node'),
  'format/trace-event-decoder.js': decoderOf('JSON.parse(text).traceEvents.length'),
  'format/process-stat-decoder.js': decoderOf('text.length'),
  'analysis/index.js': `
    const { Readable } = require('node:stream');
    module.exports = class extends Readable {
      constructor(...parts) {
        super({ objectMode: true });
        const ended = parts.map((part) => new Promise((resolve) => part.once('data', resolve)));
        Promise.all(ended).then(([node, events, samples]) => {
          const issues = { delay: node === '20.20.2' && events > 0 && samples > 0 ? 'performance' : 'data' };
          this.push({ issueCategory: 'event-loop', issues });
        });
      }
      _read() {}
    };`,
};

/** The source of a stream that answers once with this of all the text that comes. */
function decoderOf(answer: string): string {
  return `
    const { Transform } = require('node:stream');
    module.exports = class extends Transform {
      constructor() { super({ readableObjectMode: true }); this.chunks = []; }
      _transform(chunk, encoding, done) { this.chunks.push(chunk); done(); }
      _flush(done) { const text = Buffer.concat(this.chunks).toString('latin1'); this.push(${answer}); done(); }
    };`;
}

/** A folder in which @clinic/doctor is installed, with these files. */
function withClinic(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'node_modules', '@clinic', 'doctor', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

const examine = (cwd: string, ...options: readonly string[]) =>
  leakwatch(['doctor', '--from-clinic', CLINICS_OWN, ...options], { cwd });

describe('leakwatch doctor --from-clinic', () => {
  test("gives clinic's opinion beside its own where that is installed", async () => {
    const { stdout, stderr, exitCode } = await examine(withClinic(PACKAGE));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 1 });
    expect(stdout).toContain('The event loop stood still');
    expect(stdout).toMatch(/^ {2}clinic +@clinic\/doctor suspects the event loop \(delay\)\.$/m);
  });

  test('goes on without it when it fails', async () => {
    const broken = { ...PACKAGE, 'analysis/index.js': `throw new Error('too old');` };
    const { stdout, exitCode } = await examine(withClinic(broken), '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ processes: [{ pid: 4711, clinic: { failure: 'too old' } }] });
  });

  test('does not ask it when it is not to', async () => {
    const { stdout } = await examine(withClinic(PACKAGE), '--no-clinic');
    expect(stdout).not.toContain('clinic');
  });

  test('goes with no run folder', async () => {
    const { stderr, exitCode } = await examine(temporaryFolder(), 'run');
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 2 });
    expect(stderr).toContain('--from-clinic goes with neither a run folder nor --to-clinic.');
  });
});

test('leakwatch doctor --to-clinic writes a folder for each process', async () => {
  const cwd = temporaryFolder();
  const run = join(cwd, 'run');
  mkdirSync(run);
  const lines = [{ ...HEADER, type: 'header', version: 1 }, ...RECORDING.entries];
  writeFileSync(join(run, '7-0.recording.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { stderr } = await leakwatch(['doctor', run, '--to-clinic', 'for clinic'], { cwd });
  expect(stderr).toContain(`wrote ${join('for clinic', '7.clinic-doctor')}\n`);
  const { processStats } = readClinicFolder(join(cwd, 'for clinic', '7.clinic-doctor'));
  expect(processStats).toHaveLength(12);
});

function written(folder: string): string {
  writeClinicFolder(folder, toClinic(RECORDING));
  return folder;
}

function pathIn(folder: string, part: string): string {
  return join(folder, `7.clinic-doctor-${part}`);
}
