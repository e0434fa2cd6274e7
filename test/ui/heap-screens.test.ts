import { copyFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDashboard } from '../../ui/server.ts';
import type { Dashboard } from '../../ui/server.ts';
import { PATIENCE_MS, launchBrowser } from '../helpers/browser.ts';
import { seriousFaults } from './accessibility.ts';
import { buildPage } from './built-page.ts';
import { takeSampleSnapshots } from './sample-heap.ts';
import { HOSTILE_TEXT, leakReport } from './sample-report.ts';
import { makeRunFolder, writeSampleRun } from './sample-run.ts';

let browser: Browser;
let pageFolder: string;
let snapshots: string;
let shared: Dashboard;
let own: Dashboard | null = null;
let page: Page | null = null;
let complaints: string[] = [];

beforeAll(async () => {
  snapshots = takeSampleSnapshots();
  [browser, pageFolder] = await Promise.all([launchBrowser(), buildPage()]);
  shared = await start(runWithSnapshots());
});

afterAll(async () => {
  await browser.close();
  await shared.close();
});

afterEach(async () => {
  await page?.context().close();
  await own?.close();
  own = page = null;
  if (complaints.length > 0) throw new Error(`The browser complained: ${complaints.join('; ')}`);
});

/** A run with the three snapshots. */
function runWithSnapshots(): string {
  const folder = makeRunFolder();
  writeSampleRun(folder, leakReport);
  for (const [i, file] of readdirSync(snapshots).toSorted().entries()) {
    copyFileSync(join(snapshots, file), join(folder, file));
    utimesSync(join(folder, file), 1_000_000 + i, 1_000_000 + i);
  }
  return folder;
}

function start(runFolder: string): Promise<Dashboard> {
  const heapProcess = join(pageFolder, 'heap-process.js');
  return startDashboard({ runFolder, live: false, pageFolder, heapProcess, token: 'let-me' });
}

async function openScreen(
  hash: string,
  options: BrowserContextOptions = {},
  dashboard = shared,
): Promise<Page> {
  complaints = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isExpected = message.text().includes('status of 422'); // the server's way to say that a question has no answer
    if (message.type() === 'error' && !isExpected) complaints.push(message.text());
  });
  await page.goto(dashboard.url);
  await page.waitForSelector('body[data-ready]');
  await goTo(page, hash);
  return page;
}

/** Goes to the screen and waits for its content. */
async function goTo(opened: Page, hash: string): Promise<void> {
  const before = await opened.$('.heap');
  await opened.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  if (before && new URL(opened.url()).hash !== hash) await before.waitForElementState('hidden');
  await opened.waitForSelector('.heap .content > :not(.progress)');
}

describe('what changed', () => {
  test('lists the classes that grew every time, and finds one', async () => {
    const opened = await openScreen('#/changes');
    await opened.getByRole('searchbox').fill('Session');
    const row = opened.locator('.heap tbody tr', { hasText: /^Session/ });
    await expect.poll(() => row.count()).toBe(1);
    expect(await row.textContent()).toContain('100 → 200 → 300');
    expect(await row.textContent()).toContain('+200');
  });

  test.each([
    ['path', 'Session', 'global.leaky.sessions[…]'],
    ['owner', 'Session', 'sessions[…]'],
  ])('is told by %s too, in the words of the program', async (by, name, where) => {
    const opened = await openScreen(`#/changes?by=${by}`);
    await opened.getByRole('searchbox').fill('Session');
    const row = opened.locator('.heap tbody tr', { hasText: /^Session.*100 → 200 → 300/ }).first();
    await expect.poll(() => row.textContent()).toContain(name);
    expect((await row.locator('.path').allTextContents()).join()).toContain(where);
    expect(await row.textContent()).toContain('+2002000');
    await row.locator('a').click();
    await opened.waitForSelector('.holders');
    expect(await opened.textContent('.heap h2')).toMatch(/^Session/);
  });

  test.each(['shape', 'class'])('leads from a %s to its instances', async (by) => {
    const opened = await openScreen(`#/changes?by=${by}`);
    await opened.getByRole('link', { name: 'Session', exact: true }).click();
    await expect.poll(() => opened.textContent('.heap h2')).toBe('Instances of Session');
    expect(await opened.textContent('.pager')).toMatch(/^1 to 50 of 3\d\d/);
  });

  test('is compared between any two, also backwards', async () => {
    const opened = await openScreen('#/changes?from=4242-0-3.heapsnapshot&to=4242-0-2.heapsnapshot');
    await opened.getByRole('checkbox').uncheck();
    await opened.getByRole('searchbox').fill('Session');
    const row = opened.locator('.heap tbody tr', { hasText: /^Session/ });
    await expect.poll(() => row.textContent()).toContain('−1000100');
    await opened.getByLabel('From snapshot').selectOption('4242-0-1.heapsnapshot');
    await expect.poll(() => new URL(opened.url()).hash).toContain('from=4242-0-1');
    await expect.poll(() => row.textContent()).toContain('+1001000');
  });

  test('is sorted by what its heading says', async () => {
    const opened = await openScreen('#/changes');
    await opened.getByRole('button', { name: 'Class, or properties of plain objects' }).click();
    await expect.poll(() => opened.locator('th[aria-sort=ascending]').count()).toBe(1);
    const names = await opened.locator('.heap tbody td:first-child').allTextContents();
    expect(names).toEqual(names.toSorted());
  });
});

describe('objects', () => {
  test('go from the class to an instance to why it is alive', async () => {
    const opened = await openScreen('#/objects');
    expect(await opened.locator('.heap tbody tr').count()).toBe(50);
    await goTo(opened, '#/objects?search=Session');
    await opened
      .locator('tbody tr', { hasText: /^Session/ })
      .first()
      .locator('a')
      .click();
    await opened.waitForSelector('.holders');
    const holders = await opened.locator('.holders li').allTextContents();
    expect(holders.join('\n')).toMatch(/sessions\s*property\s*of/);
    expect(await opened.locator('.panel', { hasText: 'Refers to' }).last().textContent()).toContain('notes');
  });

  test('are listed by class, all of them, page by page', async () => {
    const opened = await openScreen('#/objects');
    await opened.evaluate('document.querySelector(".sort").click()');
    await goTo(opened, '#/objects?search=Session');
    await opened.getByRole('button', { name: 'More' }).click();
    await expect.poll(() => opened.textContent('.pager')).toMatch(/^51 to 100 of 3\d\d/);
  });

  test('that nothing holds but the ignored would be freed', async () => {
    const opened = await openScreen('#/objects?search=Session');
    await opened
      .locator('tbody tr', { hasText: /^Session/ })
      .nth(20)
      .locator('a')
      .click();
    await opened.waitForSelector('.holders');
    await opened.locator('.holders button').first().click();
    await expect.poll(() => opened.locator('.content').textContent()).toContain('would be freed');
    await opened.getByRole('link', { name: 'Count the ignored holder again' }).click();
    await opened.waitForSelector('.holders');
  });

  test('are found by id', async () => {
    const opened = await openScreen('#/objects?search=Session');
    const id = (await opened.locator('.heap tbody small').first().textContent())!.split('@')[1];
    await goTo(opened, `#/objects?search=@${id}`);
    await expect.poll(() => opened.textContent('.pager [role=status]')).toBe('1 to 1 of 1');
  });

  test('with hostile names are shown as text, long ones cut', async () => {
    const opened = await openScreen(`#/objects?search=${encodeURIComponent('<img src=x')}`);
    expect(await opened.locator('.heap tbody').textContent()).toContain(HOSTILE_TEXT);
    expect(await opened.locator('main img, main script').count()).toBe(0);
    await goTo(opened, '#/objects?search=zzzzzzzz');
    expect((await opened.textContent('.heap tbody'))!.length).toBeLessThan(2000);
    expect(await opened.evaluate('globalThis.hacked')).toBeUndefined();
  });
});

test('a hostile snapshot is text on every screen', async () => {
  const opened = await openScreen('#/things');
  const tabs = ['listeners', 'timers', 'waiting', 'caches', 'buffers', 'handles', 'duplicates'];
  const screens = [
    ...tabs.map((by) => `#/things?by=${by}`),
    ...['class', 'shape', 'path', 'owner'].map((by) => `#/changes?by=${by}`),
    '#/owners',
    `#/objects?search=${encodeURIComponent('<img src=x')}`,
    `#/objects?search=${encodeURIComponent('cod.exe')}`,
  ];
  const faults: string[] = [];
  let text = '';
  for (const hash of screens) {
    await goTo(opened, hash);
    if ((await opened.locator('main img, main script, main b:not(.tile b)').count()) > 0)
      faults.push(`${hash} has markup`);
    for (const width of [700, 1000, 1280]) {
      await opened.setViewportSize({ width, height: 900 });
      if ((await opened.evaluate('document.documentElement.scrollWidth')) !== width)
        faults.push(`${hash} overflows at ${width} px`);
    }
    text += await opened.textContent('.heap .content');
  }
  expect(faults).toEqual([]);
  expect(await opened.evaluate('globalThis.hacked')).toBeUndefined();
  expect(text).toContain(HOSTILE_TEXT);
  expect(text).toContain('\\u{202e}cod');
  expect(text).not.toMatch(/\u202E|\p{Cs}/u);
  expect(text.length).toBeLessThan(400_000);
});

describe('owners', () => {
  test('are a map that one walks down', async () => {
    const opened = await openScreen('#/owners');
    expect(await opened.textContent('.heap h2')).toMatch(/^The program keeps [\d.]+ MB alive$/);
    const largest = opened.locator('.treemap a').first();
    const label = (await largest.getAttribute('title'))!;
    await largest.click();
    await expect.poll(() => opened.locator('.breadcrumb li').count()).toBeGreaterThan(1);
    expect(label.startsWith((await opened.locator('.breadcrumb [aria-current]').textContent())!)).toBe(true);
  });

  test('tell how much of them is new', async () => {
    const opened = await openScreen('#/objects?search=Map');
    await opened.locator('.heap tbody tr', { hasText: /^Map/ }).first().locator('a').click();
    await opened.getByRole('link', { name: 'Show it among the owners' }).click();
    await opened.waitForSelector('.treemap');
    expect(await opened.locator('.treemap a').first().textContent()).toMatch(/, \d+(\.\d+)? % new$/);
  });
});

test.each([
  [360, 'dark'],
  [1280, 'light'],
  [2560, 'dark'],
] as const)('at %i px in %s nothing overflows and axe finds nothing serious', async (width, colorScheme) => {
  const opened = await openScreen('#/changes', { viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  for (const hash of ['#/changes', '#/owners', '#/objects', '#/object?node=500']) {
    await goTo(opened, hash);
    if ((await opened.evaluate('document.documentElement.scrollWidth')) !== width)
      faults.push(`${hash} overflows`);
    faults.push(...(await seriousFaults(opened)));
  }
  expect(faults).toEqual([]);
});

test('snapshot files from anywhere are opened without a run', async () => {
  const files = readdirSync(snapshots).toSorted();
  own = await startDashboard({
    snapshots: files.map((file) => join(snapshots, file)),
    report: leakReport,
    live: true,
    pageFolder,
    heapProcess: join(pageFolder, 'heap-process.js'),
  });
  const opened = await openScreen('#/changes', {}, own);
  expect(await opened.textContent('.heap .note')).toBe('3 snapshots of one process.');
  expect(await opened.textContent('.run')).toBe(files.join(', '));
  await goTo(opened, '#/owners');
  await opened.getByRole('link', { name: 'Overview' }).click();
  await expect.poll(() => opened.locator('.card').count()).toBe(3);
});

describe('a snapshot', () => {
  test('that is damaged is a sentence', async () => {
    const folder = runWithSnapshots();
    const file = join(folder, '4242-0-3.heapsnapshot');
    truncateSync(file, 100_000);
    utimesSync(file, 2_000_000, 2_000_000);
    own = await start(folder);
    const opened = await openScreen('#/objects', {}, own);
    expect(await opened.textContent('[role=alert]')).toMatch(/^Truncated heap snapshot: .*100000/);
  });

  test('gives no byte without the token, and none of a file that is not listed', async () => {
    const folder = runWithSnapshots();
    writeFileSync(join(folder, '../elsewhere.heapsnapshot'), '{}');
    own = await start(folder);
    const { origin } = new URL(own.url);
    for (const path of ['snapshots', 'classes', 'owners', 'object?node=1'])
      expect((await fetch(`${origin}/api/heap/${path}`)).status).toBe(403);
    const headers = { 'x-leakwatch-token': 'let-me' };
    const classesOf = async (file: string) => {
      const answer = await fetch(`${origin}/api/heap/classes?file=${encodeURIComponent(file)}`, { headers });
      return ((await answer.json()) as { total: number }).total;
    };
    const latest = await classesOf('4242-0-3.heapsnapshot');
    expect(latest).toBeGreaterThan(100);
    expect(await classesOf('../elsewhere.heapsnapshot')).toBe(latest);
    expect((await fetch(`${origin}/api/heap/constructor`, { headers })).status).toBe(404);
  });

  test('has no object beyond its last', async () => {
    const opened = await openScreen('#/object?node=99999999');
    expect(await opened.textContent('[role=alert]')).toMatch(/^There is no object 99999999 among \d+\.$/);
  });
});
