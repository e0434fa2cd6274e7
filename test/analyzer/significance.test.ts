import { expect, test } from 'vitest';
import type { Finding } from '../../analyzer/report.ts';
import { isSignificant } from '../../analyzer/significance.ts';

const APPLICATION = { location: { file: 'src/audit.js', line: 3, column: 7 }, package: null };
const SLOW = {
  objects: [12, 22, 32, 42],
  bytes: [900, 1700, 2500, 3300],
  survival: 1,
  shareOfHeapGrowth: 0.01,
};

const finding = (growth: object, culprit: object = APPLICATION) =>
  ({ growth, culprit }) as unknown as Finding;

test.each([
  ['a slow leak of the application', finding(SLOW), true],
  ['over two windows alone', finding({ ...SLOW, objects: [12, 27, 42] }), false],
  ['of a package', finding(SLOW, { ...APPLICATION, package: { name: 'left-pad', version: null } }), false],
  [
    'of Node itself',
    finding(SLOW, { ...APPLICATION, location: { ...APPLICATION.location, file: 'node:net' } }),
    false,
  ],
  ['of which some goes again', finding({ ...SLOW, survival: 0.9 }), false],
  ['too little to tell', finding({ ...SLOW, objects: [12, 20, 28, 35] }), false],
  [
    'many objects of anybody',
    finding({ ...SLOW, objects: [0, 300] }, { location: null, package: null }),
    true,
  ],
  [
    'many bytes',
    finding({ ...SLOW, bytes: [0, 20_000], objects: [1, 9] }, { location: null, package: null }),
    true,
  ],
])('%s', (_, given, expected) => {
  expect(isSignificant(given)).toBe(expected);
});
