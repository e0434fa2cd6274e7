import { describe, expect, test } from 'vitest';
import type { Recording, RecordingEntry, Sample } from '../../agent/recording.ts';
import { openFilesFinding, openFilesGrowth } from '../../analyzer/open-files-finding.ts';

const SECONDS = 60;

/** A minute in which so many files are open at each second, and a look at what they are in its middle. */
function recordingOf(openFiles: (second: number) => number | undefined): Recording {
  const samples = Array.from({ length: SECONDS }, (_, second): RecordingEntry => {
    const count = openFiles(second);
    const sample = { type: 'sample', atMs: second * 1000, ...(count !== undefined && { openFiles: count }) };
    return sample as Sample;
  });
  const held = [{ what: '/var/spool/uploads', count: 80 }];
  const looked = { type: 'open-files', atMs: 30_000, count: 100, held } as const;
  return { header: {}, entries: [...samples, looked], damagedLines: 0 } as unknown as Recording;
}

describe('open files', () => {
  test('that pile up are a finding, with where they lie and how fast', () => {
    const growth = openFilesGrowth(recordingOf((second) => 20 + 2 * second + (second % 3)));
    expect(growth).toMatchObject({ perMinute: 120, held: [{ what: '/var/spool/uploads' }] });
    expect(openFilesFinding(growth!)).toMatchObject({
      kind: 'handle',
      title: 'Open files in /var/spool/uploads become more by 120 per minute, and nobody closes them',
      confidence: { level: 'medium' },
      culprit: { name: 'open files in /var/spool/uploads', location: null },
    });
  });

  test.each([
    ['as many as connections come and go', (second: number) => 20 + 15 * (second % 4)],
    ['a pool that fills up', (second: number) => Math.min(20 + 10 * second, 200)],
    ['a start that opens everything', (second: number) => (second < 4 ? 20 : 400)],
    ['a few', (second: number) => 20 + Math.floor(second / 6)],
    ['where nobody counts them', () => undefined],
  ])('%s are none', (_, openFiles) => {
    expect(openFilesGrowth(recordingOf(openFiles))).toBe(null);
  });
});
