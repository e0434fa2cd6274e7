import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, of several seconds each: first what computes. What has to keep up with a load comes only when that is
 * done, and not all of it at once.
 */
const LONGEST = [
  'analyzer/leaks',
  'ui/page',
  'ui/heap-screens',
  'check/runners',
  'agent/stalls',
  'native/failures',
  'ui/captures',
  'e2e/node-versions',
  'check/expect-no-leak',
  'e2e/run',
  'check/check-command',
  'ui/things',
  'agent/faults',
  'agent/on-each-node',
  'cli/attach',
  'ui/stalls',
  'agent/every-process',
  'agent/triggers',
  'check/services',
  'e2e/shop',
].map((name) => `/test/${name}.test.ts`);

/** Starts with the files that take longest, so that none of them is left to run alone at the end; always in the same order. */
export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted(inOrder));
  }
}

function inOrder(one: TestSpecification, other: TestSpecification): number {
  return rankOf(one) - rankOf(other) || (one.moduleId < other.moduleId ? -1 : 1);
}

function rankOf({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return index < 0 ? LONGEST.length : index;
}
