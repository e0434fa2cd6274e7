import { join, resolve, sep } from 'node:path';
import type { Finding } from '../report.ts';

const PACKAGES =
  /^(?:vitest|vite|vite-node|tinyspy|tinypool|tinybench|chai|jest|jest-.*|expect|mocha|@vitest\/.*|@jest\/.*|@sinonjs\/.*|sinon|ts-node|tsx|nyc|c8|@babel\/.*|@swc\/.*)$/;
const NODES_RUNNER = /^node:(?:internal\/test_runner|internal\/process\/execution|test)/;
const OWN_FOLDER = join(__dirname, '..', '..');
const AS_PACKAGE = join('node_modules', 'leakwatch', 'dist');

/** Whether what grows belongs to the test runner, its mocks or its transpiler, or to leakwatch itself. */
export function blamesRunner({ culprit }: Finding): boolean {
  if (culprit.package !== null && PACKAGES.test(culprit.package.name)) return true;
  const file = culprit.location?.file ?? '';
  return NODES_RUNNER.test(file) || isLeakwatchs(file);
}

/** Whether a file, as it is shown from the current folder, is one of leakwatch's own. */
export const isLeakwatchs = (file: string): boolean =>
  file.startsWith(AS_PACKAGE) || resolve(file).startsWith(OWN_FOLDER + sep);
