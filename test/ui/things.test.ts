import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Dashboard } from '../../ui/server.ts';
import { cleanReport } from './sample-report.ts';
import { seriousFaults } from './accessibility.ts';
import { goTo, pageHarness } from './page-harness.ts';
import { scratchFolder } from './scratch-folder.ts';

const PROGRAM = resolve(__dirname, '../../fixtures/explore/things.js');

const { share, open } = pageHarness();
let dashboard: Dashboard; // one for all: each would read the snapshots anew

beforeAll(async () => {
  const folder = scratchFolder();
  execFileSync(process.execPath, [PROGRAM, folder], { stdio: 'ignore' });
  const snapshots = [1, 2].map((sequence) => join(folder, `${sequence}.heapsnapshot`));
  const report = {
    ...cleanReport,
    comparability: { ...cleanReport.comparability, kind: 'same-lineage' as const },
  };
  dashboard = await share({ snapshots, report, live: true });
});

function openThings(by: string, options = {}): Promise<Page> {
  return open(dashboard, `#/things?by=${by}`, options);
}

/** The row of this name, its cells. */
function cellsOf(page: Page, name: string | RegExp): Promise<string[]> {
  return page.locator('.paged tbody tr', { hasText: name }).first().locator('td').allTextContents();
}

test('listeners are told by event, emitter and the place that added them', async () => {
  const page = await openThings('listeners');
  const [event, emitter, calls, most] = await cellsOf(page, 'onChange');
  expect([event, most]).toEqual(['change', '12']);
  expect(emitter).toMatch(/^EventEmitter variable bus.*things\.js:32$/);
  expect(calls).toMatch(/^onChange.*things\.js:\d+$/);
  expect(await page.locator('.over').count()).toBe(2);
  await page.getByRole('link', { name: 'EventEmitter' }).first().click();
  await page.waitForSelector('.holders');
  expect(await page.textContent('.heap h2')).toMatch(/^EventEmitter/);
});

test('timers are told by kind, delay, callback and age', async () => {
  const page = await openThings('timers');
  const [kind, delay, calls, timers, , made] = await cellsOf(page, 'poll');
  expect([kind, delay, timers, made]).toEqual(['interval', '1 h', '6', 'before the first snapshot']);
  expect(calls).toContain('things.js:57');
  expect((await cellsOf(page, 'expire')).slice(0, 2)).toEqual(['timeout', '2 h']);
});

test('promises are told by the async frames that wait for them', async () => {
  const page = await openThings('waiting');
  const [what, how, waiting, promises, , awaited] = await cellsOf(page, 'waitForever');
  expect([how, waiting, promises]).toEqual(['await', '300', '1']);
  expect(what).toContain('things.js:75');
  expect(awaited).toContain('never');
});

test('caches are told with their entries, keys and what bounds them', async () => {
  const page = await openThings('caches');
  const [name, entries, , , bound, holds] = await cellsOf(page, /sessions of class/);
  expect([entries, bound]).toEqual(['300', 'none seen']);
  expect(name).toContain('Map sessions of class SessionStore');
  expect(holds).toContain('keys user-0, user-1');
});

test('buffers and equal strings are told by who holds them', async () => {
  const page = await openThings('duplicates');
  expect((await cellsOf(page, 'came in by the network')).slice(1, 3)).toEqual([
    expect.stringContaining('texts[…]'),
    '50',
  ]);
  await goTo(page, '#/things?by=buffers');
  await page.getByRole('checkbox').check();
  await expect.poll(() => page.locator('.paged tbody tr').count()).toBeGreaterThan(3);
  await expect.poll(() => page.locator('.paged tbody').innerText()).toMatch(/Buffer[^]*kB/);
});

test('what only Node itself made is shown when it is asked for, and found by its name', async () => {
  const page = await openThings('listeners');
  const rows = () => page.locator('.paged tbody tr').count();
  const before = await rows();
  await page.getByRole('checkbox').check();
  await expect.poll(rows).toBeGreaterThan(before);
  await page.getByRole('searchbox').fill('onAbort');
  await expect.poll(rows).toBe(1);
});

test.each([
  [360, 'dark'],
  [2560, 'light'],
] as const)('at %i px in %s nothing overflows and axe finds nothing serious', async (width, colorScheme) => {
  const page = await openThings('listeners', { viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  for (const by of ['listeners', 'timers', 'waiting', 'caches', 'buffers', 'handles', 'duplicates']) {
    await goTo(page, `#/things?by=${by}`);
    if ((await page.evaluate('document.documentElement.scrollWidth')) !== width)
      faults.push(`${by} overflows`);
    faults.push(...(await seriousFaults(page)));
  }
  expect(faults).toEqual([]);
});
