import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.mts';

/** Where to leave the results as JSON, for a machine to count. */
const resultsFile = process.env.LEAKWATCH_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    globalSetup: 'test/helpers/build.ts',
    pool: 'forks',
    maxWorkers: 3, // one more than CI has cores: many a test waits for most of its time
    maxConcurrency: 2,
    sequence: { sequencer: LongestFirst },
    // Only a machine without CPU to give comes near them.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
