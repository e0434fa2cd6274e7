import { join, resolve, sep } from 'node:path';
import type { Finding } from '../report.ts';

const PACKAGES =
  /^(?:vitest|vite|vite-node|tinyspy|tinypool|tinybench|chai|jest|jest-.*|expect|mocha|@vitest\/.*|@jest\/.*|@sinonjs\/.*|sinon|ts-node|tsx|nyc|c8|@babel\/.*|@swc\/.*)$/;
const MOCKS =
  /(?:^|[\\/])node_modules[\\/](?:jest-mock|tinyspy|@vitest[\\/]spy|sinon|@sinonjs[\\/][^\\/]+)[\\/]/;
const NODES_RUNNER = /^node:(?:internal\/test_runner|internal\/process\/execution|test)/;
const OWN_FOLDER = join(__dirname, '..', '..');
const AS_PACKAGE = join('node_modules', 'leakwatch', 'dist');

type Told = Pick<Finding, 'culprit' | 'trace'>;

/**
 * Whether what grows belongs to the test runner, its mocks or its transpiler, or to leakwatch itself. What a mock remembers
 * is often told at the test's variable for the mock; then the mock is the last place on the path to it.
 */
export function blamesRunner({ culprit, trace }: Told): boolean {
  if (culprit.package !== null && PACKAGES.test(culprit.package.name)) return true;
  const file = culprit.location?.file ?? '';
  const places = [file, ...culprit.sites.map(({ location }) => location.file)];
  return (
    places.some((place) => NODES_RUNNER.test(place)) || isLeakwatchs(file) || MOCKS.test(lastPlaceOn(trace))
  );
}

const lastPlaceOn = (trace: Told['trace']) =>
  trace.slice(0, -1).findLast(({ location }) => location !== null)?.location?.file ?? '';

/** Whether a file, as it is shown from the current folder, is one of leakwatch's own. */
export const isLeakwatchs = (file: string): boolean =>
  file.startsWith(AS_PACKAGE) || resolve(file).startsWith(OWN_FOLDER + sep);
