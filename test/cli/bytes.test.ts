import { expect, test } from 'vitest';
import { formatBytes } from '../../cli/bytes.ts';

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [4300, '4.2 KB'],
  [128 * 1024 ** 2, '128 MB'],
  [1.5 * 1024 ** 3, '1.5 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
