'use strict';

/** Tries one scenario of fixtures/checks: `try-once.cjs healthy|leaky NAME`. Prints the verdict as a line of JSON. */
const { join } = require('node:path');
const { LeakError, expectNoLeak } = require('../../dist/analyzer/check.js');

const [kind, name] = process.argv.slice(2);
const fixtures = require(join(__dirname, '..', '..', 'fixtures', 'checks', `${kind}.js`));

async function main() {
  try {
    await expectNoLeak(fixtures[kind][name]());
    return { verdict: 'clean' };
  } catch (error) {
    if (!(error instanceof LeakError)) return { verdict: 'unable', message: error.message };
    const { title, culprit } = error.report.findings[0];
    return { verdict: 'leak', title, line: culprit.location?.line ?? null };
  }
}

main().then((answer) => {
  console.log(JSON.stringify(answer));
  process.exit();
});
