import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies, validRange } from 'semver';
import { describe, expect, test } from 'vitest';
import list from '../../analyzer/known-leaks/known-leaks.json';
import { tellKnownLeaks, USERS_FILE } from '../../analyzer/known-leaks/known-leaks.ts';
import { renderText } from '../../analyzer/render/text.ts';
import type { Finding } from '../../analyzer/report.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { leakReport } from '../ui/sample-report.ts';

const [sample] = leakReport.findings;

/** A finding in a package. */
function inPackage(name: string, version: string | null, culprit: string): Finding {
  return {
    ...sample,
    culprit: {
      ...sample.culprit,
      name: culprit,
      property: null,
      className: null,
      package: { name, version },
    },
  };
}

describe('each entry of the list', () => {
  test.each(list)('$package $affected', ({ affected, fixedIn, url, culprit, summary }) => {
    expect(validRange(affected)).not.toBeNull();
    expect(satisfies(fixedIn, affected)).toBe(false);
    expect(url).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
    expect(culprit.length).toBeGreaterThan(0);
    expect(summary).toMatch(/[^.]$/);
  });

  test.each(list)('of $package is met in a version that has it, not in the one that fixed it', (entry) => {
    const versions = [minVersion(entry.affected)!.version, entry.fixedIn];
    const findings = versions.map((version) => inPackage(entry.package, version, entry.culprit[0]));
    const told = tellKnownLeaks(findings, temporaryFolder());
    expect(told.map(({ knownLeak }) => knownLeak?.url)).toEqual([entry.url, undefined]);
  });
});

test.each([
  ['debug', '4.2.0', 'instances', '4.3.0'],
  ['debug', '4.2.0', 'createDebug.instances', '4.3.0'],
  ['debug', '4.2.0', 'listeners', undefined], // another leak of the package
  ['debug', '4.3.4', 'instances', undefined], // fixed
  ['debug', null, 'instances', undefined], // who knows
  ['bugged', '4.2.0', 'instances', undefined],
  ['mongoose', '5.5.1', "$internalEmitter 'dropDatabase' listeners", '5.5.2'],
])('%s %s leaking in %s', (name, version, culprit, fixedIn) => {
  const [finding] = tellKnownLeaks([inPackage(name, version, culprit)], temporaryFolder());
  expect(finding.knownLeak?.fixedIn).toBe(fixedIn);
});

test('a known leak is told with its fix', () => {
  const findings = tellKnownLeaks([inPackage('debug', '4.2.0', 'instances')], temporaryFolder());
  const text = renderText({ ...leakReport, findings }, { color: false, width: 200 });
  expect(text).toContain('known leak of debug <4.3.0, fixed in 4.3.0: every debug function');
  expect(text).toContain('Update debug to 4.3.0 or newer.');
});

describe('a list of the project', () => {
  const entry = {
    package: 'ours',
    affected: '1.x',
    culprit: ['jobs'],
    summary: 'keeps jobs',
    fixedIn: null,
    url: 'https://x',
  };

  test('adds to it', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, USERS_FILE), JSON.stringify([entry]));
    const [finding] = tellKnownLeaks([inPackage('ours', '1.2.3', 'jobs')], root);
    expect(finding.knownLeak).toMatchObject({ package: 'ours', fixedIn: null });
    expect(finding.fix).toBe(sample.fix);
  });

  test.each([
    ['{', 'no JSON'],
    ['{}', 'no list'],
    [JSON.stringify([{ ...entry, affected: 'some' }]), 'no range'],
    [JSON.stringify([{ ...entry, culprit: 'jobs' }]), 'no names'],
  ])('that is none (%s) is refused with a sentence', (text) => {
    const root = temporaryFolder();
    writeFileSync(join(root, USERS_FILE), text);
    expect(() => tellKnownLeaks([], root)).toThrow(/leakwatch\.known-leaks\.json is no list of known leaks/);
  });
});
