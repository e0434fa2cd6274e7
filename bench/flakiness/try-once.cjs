'use strict';

/** Tries one scenario of fixtures/checks: `try-once.cjs healthy|leaky NAME`. Prints the verdict as a line of JSON. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { LeakError, expectNoLeak } = require('../../dist/analyzer/check.js');

const TICK_MS = 10; // of Linux's clock for processes, wherever Node runs

const [kind, name] = process.argv.slice(2);
const fixtures = require(join(__dirname, '..', '..', 'fixtures', 'checks', `${kind}.js`));

async function main() {
  try {
    await expectNoLeak(fixtures[kind][name]());
    return { verdict: 'clean' };
  } catch (error) {
    if (!(error instanceof LeakError)) return { verdict: 'unable', message: error.message };
    const { title, culprit, fingerprint } = error.report.findings[0];
    return { verdict: 'leak', title, line: culprit.location?.line ?? null, fingerprint };
  }
}

/** Milliseconds of CPU that this process and the one that judged for it have taken; null where the system does not tell. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    const [childUser, childSystem] = fields.slice(13, 15).map(Number);
    return Math.round((user + system) / 1000) + (childUser + childSystem) * TICK_MS;
  } catch {
    return null;
  }
}

main().then((answer) => {
  console.log(JSON.stringify({ ...answer, cpuMs: cpuMs() }));
  process.exit();
});
