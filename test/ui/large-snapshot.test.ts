import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeLargeSnapshot } from './large-heap.ts';
import { goTo, pageHarness } from './page-harness.ts';
import { cleanReport } from './sample-report.ts';
import { makeRunFolder } from './sample-run.ts';

/** For a machine that has other things to do. */
const PATIENCE_MS = 240_000;

const { serve, open } = pageHarness();
let snapshot: string;

beforeAll(() => {
  snapshot = join(makeRunFolder(), 'large.heapsnapshot');
  writeLargeSnapshot(snapshot);
}, PATIENCE_MS);

test(
  'a snapshot of 256 MB is on every screen, of which no row goes to the page that it does not show',
  async () => {
    expect(statSync(snapshot).size).toBeGreaterThan(250e6);
    const page = await open(await serve({ snapshots: [snapshot], report: cleanReport, live: true }), '#/');
    page.setDefaultTimeout(PATIENCE_MS / 2);
    let largestAnswer = 0;
    page.on('response', async (response) => {
      const body = response.url().includes('/api/heap/') ? await response.body().catch(() => '') : '';
      largestAnswer = Math.max(largestAnswer, body.length);
    });
    await goTo(page, '#/objects');
    expect(await page.locator('.paged tbody tr').first().textContent()).toMatch(/^Array1/);
    await goTo(page, '#/objects?search=VISITOR+77+');
    expect(await page.textContent('.pager [role=status]')).toBe('1 to 1 of 1');
    await page.locator('.paged tbody a').click();
    await page.waitForSelector('.holders');
    expect(await page.locator('.panel', { hasText: 'Held by' }).textContent()).toContain('1 to 5 of 5');
    await goTo(page, '#/objects?class=%2CSession');
    expect(await page.textContent('.pager [role=status]')).toMatch(/^1 to 50 of 1,000,000/);
    await goTo(page, '#/owners?node=1');
    expect(await page.locator('.treemap li').count()).toBe(81);
    await goTo(page, '#/things');
    expect(await page.textContent('.pager [role=status]')).toBe('None');
    await goTo(page, '#/changes');
    expect(await page.textContent('.content .note')).toMatch(/^There is one snapshot only/);
    expect(largestAnswer).toBeLessThan(200_000);
  },
  PATIENCE_MS,
);
