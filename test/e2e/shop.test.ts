import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SHOP_LEAKS, expectedPlace, placesOf, runShop } from '../helpers/shop.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const folder = sharedTemporaryFolder();

// Each of them mostly waits for the load, so two go at a time.
describe.concurrent('the shop under load', () => {
  test.each(SHOP_LEAKS)('leaks by its $leak: kind, holder and line are named', async (expected) => {
    const { exitCode, report, stderr } = await runShop(expected.leak, join(folder, expected.leak));
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(report.headline);
    expect(stderr).toMatch(/^ +LEAK +/m);
    expect(report.verdict).toBe('leak');
    const [finding, ...others] = report.findings;
    expect(finding.kind).toBe(expected.kind);
    expect(finding.culprit.name).toMatch(expected.holder);
    expect(placesOf(finding)).toContain(expectedPlace(expected));
    expect(others.map(({ title }) => title)).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('is clean without a leak: not one finding', async () => {
    const { exitCode, report, stderr } = await runShop('none', join(folder, 'none'));
    expect(report.findings.map(({ title }) => title)).toEqual([]);
    expect(stderr).toMatch(/^ +CLEAN +/m);
    expect(report.verdict).toBe('clean');
    expect(exitCode).toBe(0);
  });
});
