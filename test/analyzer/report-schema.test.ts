import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import type { Report } from '../../analyzer/report.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { cleanReport, leakReport, unknownReport } from '../ui/sample-report.ts';

const ROOT = join(__dirname, '..', '..');
const text = readFileSync(join(ROOT, 'docs', 'report.schema.json'), 'utf8');
const validate = new Ajv2020({ allErrors: true, strict: true }).compile<Report>(JSON.parse(text) as object);

/** What is wrong with a report after a way through JSON, as a reader gets it. */
function faultsOf(report: unknown): string[] {
  validate(JSON.parse(JSON.stringify(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('the schema is that of the types; `npm run schema` makes it anew', () => {
  const made = execFileSync(process.execPath, [join(ROOT, 'docs', 'make-report-schema.mjs')], {
    encoding: 'utf8',
  });
  expect(JSON.parse(text)).toEqual(JSON.parse(made));
});

describe('the schema holds', () => {
  test.each([
    ['leaky', 'leak'],
    ['clean', 'clean'],
  ])('for what is said of a %s program', async (variant, verdict) => {
    const folder = temporaryFolder();
    const runner = join(ROOT, 'fixtures', 'leaks', 'run.js');
    expect(spawnSync(process.execPath, [runner, 'cache-map', variant, folder]).status).toBe(0);
    const files = readdirSync(folder).map((file) => join(folder, file));
    const report = await analyzeSnapshots(files);
    expect([report.verdict, faultsOf(report)]).toEqual([verdict, []]);
    const single = await analyzeSnapshots(files.slice(0, 1));
    expect([single.verdict, faultsOf(single)]).toEqual(['unknown', []]);
  });

  test.each([
    ['leak', leakReport],
    ['clean', cleanReport],
    ['unknown', unknownReport],
  ])('for one that says %s', (_, report) => {
    expect(faultsOf(report)).toEqual([]);
  });
});

test.each([
  [{ ...leakReport, verdict: 'maybe' }, '/verdict must be equal to one of the allowed values'],
  [
    { ...leakReport, findings: [{ ...leakReport.findings[0], kind: 'gremlin' }] },
    '/findings/0/kind must be equal to one of the allowed values',
  ],
  [{ ...leakReport, headline: undefined }, " must have required property 'headline'"],
  [{ ...leakReport, elapsedMs: null }, '/elapsedMs must be number'],
  [{ ...leakReport, surplus: 1 }, ' must NOT have additional properties'],
])('what is no report is refused', (report, fault) => {
  expect(faultsOf(report)).toContain(fault);
});
