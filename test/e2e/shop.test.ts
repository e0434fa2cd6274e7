import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SHOP_LEAKS, expectedPlace, placesOf, runShop } from '../helpers/shop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('the shop under load', { timeout: 120_000 }, () => {
  test.each(SHOP_LEAKS)('leaks by its $leak: kind, holder and line are named', async (expected) => {
    const { exitCode, report, stderr } = await runShop(expected.leak, join(temporaryFolder(), 'run'));
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(report.headline);
    expect(report.verdict).toBe('leak');
    const [finding, ...others] = report.findings;
    expect(finding.kind).toBe(expected.kind);
    expect(finding.culprit.name).toMatch(expected.holder);
    expect(placesOf(finding)).toContain(expectedPlace(expected));
    expect(others.map(({ title }) => title)).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('is clean without a leak: not one finding', async () => {
    const { exitCode, report } = await runShop('none', join(temporaryFolder(), 'run'));
    expect(report.findings.map(({ title }) => title)).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(exitCode).toBe(0);
  });
});
