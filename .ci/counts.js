'use strict';

// Prints `N passed, N failed` of vitest's JSON results; a test file that could not be loaded counts as one failure.
const { readFileSync } = require('node:fs');

let results = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
try {
  results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch {
  // the tests were not reached
}
const brokenFiles = results.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
);
console.log(`${results.numPassedTests} passed, ${results.numFailedTests + brokenFiles.length} failed`);
