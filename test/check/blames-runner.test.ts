import { expect, test } from 'vitest';
import { blamesRunner } from '../../analyzer/check/runners.ts';
import type { Culprit, TraceElement } from '../../analyzer/report.ts';

interface Place {
  readonly owner?: string;
  readonly file?: string;
  readonly site?: string;
  /** The files of the places on the path, what is held last. */
  readonly path?: readonly string[];
}

const at = (file: string) => ({ file, line: 1, column: 1 });

function culpritAt({ owner, file, site }: Place): Culprit {
  return {
    name: 'calls',
    className: null,
    property: null,
    container: 'Array',
    package: owner === undefined ? null : { name: owner, version: null },
    location: file === undefined ? null : at(file),
    sites: site === undefined ? [] : [{ role: 'added', what: '', location: at(site) }],
  };
}

const traceOver = ({ path = [] }: Place) => path.map((file) => ({ location: at(file) }) as TraceElement);

test.each<[what: string, place: Place, isBlamed: boolean]>([
  ['a mock of vitest', { owner: '@vitest/spy' }, true],
  ['a mock of jest', { owner: 'jest-mock' }, true],
  ['a mock of Sinon', { owner: 'sinon' }, true],
  ['the runner of Node', { file: 'node:internal/test_runner/test' }, true],
  [
    'a mock of Node that the test keeps in a variable',
    { file: 'cart.test.js', site: 'node:internal/test_runner/mock/mock' },
    true,
  ],
  [
    'a mock of jest that the test keeps in a variable',
    { file: 'cart.test.js', path: ['cart.test.js', 'node_modules/jest-mock/build/index.js', 'cart.test.js'] },
    true,
  ],
  [
    'what a mock is given to hold',
    { file: '/app/cart.js', path: ['node_modules/jest-mock/build/index.js', '/app/cart.js', '/app/cart.js'] },
    false,
  ],
  ['leakwatch', { file: 'node_modules/leakwatch/dist/analyzer/check/scenario.js' }, true],
  ['the application', { file: '/app/cart.js', site: '/app/cart.js' }, false],
  ['a package of the application', { owner: 'jsonwebtoken' }, false],
  ['what has no place', {}, false],
])('%s', (_, place, isBlamed) => {
  expect(blamesRunner({ culprit: culpritAt(place), trace: traceOver(place) })).toBe(isBlamed);
});
