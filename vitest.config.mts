import { defineConfig } from 'vitest/config';

/** Where to leave the results as JSON, for a machine to count. */
const resultsFile = process.env.LEAKWATCH_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    globalSetup: 'test/helpers/build.ts',
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
