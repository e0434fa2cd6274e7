import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../cli/duration.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['30', 30_000],
  ['1.5m', 90_000],
  ['2 h', 7_200_000],
  ['0', 0],
])('%s is %i ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
});

test.each(['', 'soon', '-5s', '5 parsecs', '1e3', '10m30s'])('"%s" is no time', (text) => {
  expect(() => parseDuration(text)).toThrow(`"${text}" is no time; write 30s, 2m, 1h or 500ms.`);
});

test('a time that no timer can wait for is refused', () => {
  expect(() => parseDuration('1000h')).toThrow('"1000h" is too long; the longest time is 24 days.');
});

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [12_400, '12 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('%i ms reads %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});
