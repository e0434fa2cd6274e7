import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { SHOP_LEAKS, expectedPlace, placesOf, runShop } from '../helpers/shop.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const OWN_MAJOR = Number(process.versions.node.split('.')[0]);
const folder = sharedTemporaryFolder();

const CASES = NODE_MAJORS.filter((major) => major !== OWN_MAJOR).flatMap((major) =>
  SHOP_LEAKS.map((expected) => ({ major, leak: expected.leak, expected })),
);

beforeAll(() => {
  for (const major of NODE_MAJORS) {
    nodeBinary(major);
    mkdirSync(join(folder, String(major)));
  }
});

// Each of them mostly waits for the load, so a few go at a time.
describe.concurrent('the shop under another version of Node', () => {
  test.each(CASES)('Node $major: the $leak is named', async ({ major, leak, expected }) => {
    const { exitCode, report } = await runShop(leak, join(folder, String(major), leak), nodeBinary(major));
    expect(report.process?.nodeVersion).toMatch(`v${major}.`);
    expect(report.findings.map(({ kind }) => kind)).toEqual([expected.kind]);
    const [finding] = report.findings;
    expect(finding.culprit.name).toMatch(expected.holder);
    expect(placesOf(finding)).toContain(expectedPlace(expected));
    expect(exitCode).toBe(1);
  });
});
