import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Finding, Report } from '../../analyzer/report.ts';
import { startDashboard } from '../../ui/server.ts';
import type { Dashboard } from '../../ui/server.ts';
import { renderHtmlReport } from '../../ui/static-report.ts';
import { PATIENCE_MS, launchBrowser } from '../helpers/browser.ts';
import { seriousFaults } from './accessibility.ts';
import { buildPage } from './built-page.ts';
import { HOSTILE_TEXT, cleanReport, leakReport, unknownReport } from './sample-report.ts';
import {
  headerOf,
  makeRunFolder,
  sampleAt,
  sampleRecordings,
  writeRecording,
  writeSampleCode,
  writeSampleRun,
} from './sample-run.ts';

let browser: Browser;
let pageFolder: string;
let page: Page | null = null;
let dashboard: Dashboard | null = null;
let complaints: string[] = [];

beforeAll(async () => {
  [browser, pageFolder] = await Promise.all([launchBrowser(), buildPage()]);
});

afterAll(() => browser.close());

afterEach(async () => {
  await page?.context().close();
  await dashboard?.close();
  dashboard = page = null;
  if (complaints.length > 0) throw new Error(`The browser complained: ${complaints.join('; ')}`);
});

async function openRun(
  folder: string,
  options: BrowserContextOptions & { live?: boolean } = {},
): Promise<Page> {
  const { live = false, ...contextOptions } = options;
  dashboard = await startDashboard({ runFolder: folder, live, pageFolder });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  watchFor(page);
  await page.goto(dashboard.url);
  await page.waitForSelector('body[data-ready]');
  return page;
}

/** Collects whatever the browser complains about: errors, and what the content security policy refused. */
function watchFor(opened: Page): void {
  complaints = [];
  opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  opened.on('pageerror', (error) => complaints.push(error.message));
}

async function openSample(report: Report | null, options: BrowserContextOptions = {}): Promise<Page> {
  const folder = makeRunFolder();
  writeSampleRun(folder, report);
  const opened = await openRun(folder, options);
  await opened.waitForSelector('[data-chart=resources] .legend button');
  return opened;
}

/** The page of the first finding, reached by its card. */
async function openLeak(options: BrowserContextOptions = {}): Promise<Page> {
  const opened = await openSample(leakReport, options);
  await opened.locator('.card h2 a').first().click();
  await opened.waitForSelector('.leak .code pre');
  return opened;
}

/** Goes to the page of a finding. */
async function goTo(opened: Page, { fingerprint }: Finding): Promise<void> {
  await opened.evaluate(`location.hash = '#/leak/' + encodeURIComponent(${JSON.stringify(fingerprint)})`);
  await expect.poll(() => opened.textContent('.leak .fingerprint')).toContain(fingerprint.slice(0, 6));
}

/** The sample run as one file, opened from disk with the network off. */
async function openSaved(): Promise<Page> {
  const folder = makeRunFolder();
  const cwd = writeSampleCode(join(folder, 'app'));
  const recordings = sampleRecordings().map(([header, ...entries]) => ({
    header: { ...header, cwd },
    entries,
    damagedLines: 0,
  }));
  const file = join(folder, 'report.html');
  writeFileSync(file, await renderHtmlReport(leakReport, recordings, { pageFolder }));
  const context = await browser.newContext({ offline: true });
  page = await context.newPage();
  watchFor(page);
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('[data-chart=resources] .legend button');
  return page;
}

/** How many pixels of the chart are drawn upon. */
function inkOf(opened: Page, chart: string): Promise<number> {
  return opened.evaluate<number>(`{
    const canvas = document.querySelector('[data-chart=${chart}] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    data.filter((value, i) => i % 4 === 3 && value > 0).length;
  }`);
}

/** The times at the ends of the memory chart, as its table tells them. */
async function spanOf(opened: Page): Promise<string[]> {
  const rows = opened.locator('[data-chart=memory] tbody th');
  return [(await rows.first().textContent())!, (await rows.last().textContent())!];
}

describe('the verdict', () => {
  test('of a leak is a sentence, its figures and a card per finding', async () => {
    const opened = await openSample(leakReport);
    expect(await opened.textContent('h1')).toBe(leakReport.headline);
    expect(await opened.textContent('.verdict .figures')).toContain('Heap floor+18 MB/min');
    expect(await opened.textContent('.verdict .figures')).not.toContain('limit'); // the headline says it
    const first = opened.locator('.card').first();
    expect(await first.locator('h2').textContent()).toBe(
      'Map sessions in src/session-store.js:12 grows without bound',
    );
    expect(await first.locator('h2 code').textContent()).toBe('sessions');
    expect(await first.locator('.location').first().textContent()).toBe('src/session-store.js:12');
    expect(await first.textContent()).toContain('1,250 → 6,080 → 10,910');
    expect(await first.locator('.trace .label').allTextContents()).toEqual([
      'global',
      'module src/app.js',
      'SessionStore',
      'Map',
      'Object {id, user, at}',
    ]);
    expect(await first.locator('.trace [data-status=suspect] .mark').allTextContents()).toEqual([
      'suspect',
      'suspect',
    ]);
  });

  test.each([
    ['clean', cleanReport],
    ['unknown', unknownReport],
  ])('%s is a sentence with its reasons and no card', async (verdict, report) => {
    const opened = await openSample(report);
    expect(await opened.getAttribute('.verdict', 'data-verdict')).toBe(verdict);
    expect(await opened.locator('.reasons li').allTextContents()).toEqual(report.reasons);
    expect(await opened.locator('.card').count()).toBe(0);
  });

  test('that is damaged inside is a sentence, and the charts are there', async () => {
    const damaged = { ...leakReport, findings: [{ title: 'nothing else' }] } as unknown as Report;
    const opened = await openSample(damaged);
    expect(await opened.textContent('.problem')).toBe('report.json is damaged and cannot be shown.');
  });

  test('that does not exist is said to be missing', async () => {
    const opened = await openSample(null);
    expect(await opened.textContent('h1')).toBe('Recorded, not analyzed');
  });
});

describe('text from a snapshot', () => {
  test('is never markup, and shows what would be invisible', async () => {
    const opened = await openSample(leakReport);
    const title = (await opened.locator('.card').nth(2).locator('h2').textContent())!;
    expect(title).toBe(`Strings ${HOSTILE_TEXT} in \\u{202e}cod.exe\\u{202c} half \\u{d83d} pair`);
    expect(await opened.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await opened.locator('main img, main script').count()).toBe(0);
  });

  test('of a megabyte is cut', async () => {
    const [finding] = leakReport.findings;
    const title = 'long '.repeat(200_000);
    const opened = await openSample({ ...leakReport, findings: [{ ...finding, title }] });
    expect((await opened.textContent('.card h2'))!.length).toBeLessThan(5000);
  });
});

describe('the timeline', () => {
  test('draws all charts', async () => {
    const opened = await openSample(leakReport);
    const charts = ['memory', 'loop-delay', 'gc', 'load', 'requests', 'latency', 'spaces', 'resources'];
    const blank = await Promise.all(
      charts.map(async (chart) => ((await inkOf(opened, chart)) > 5000 ? null : chart)),
    );
    expect(blank.filter((chart) => chart !== null)).toEqual([]);
  });

  test('zooms by keyboard and buttons, all charts together, and back', async () => {
    const opened = await openSample(leakReport);
    await opened.locator('[data-chart=memory] summary').click();
    const whole = await spanOf(opened);
    expect(whole.map((text) => text.slice(-5))).toEqual(['00:00', '05:00']);
    await opened.locator('[data-chart=gc] .canvas').press('+');
    await expect.poll(() => spanOf(opened)).not.toEqual(whole);
    expect((await spanOf(opened)).map((text) => text.slice(-5))).toEqual(['01:15', '03:45']);
    await opened.getByRole('button', { name: 'Show the whole run' }).click();
    await expect.poll(() => spanOf(opened)).toEqual(whole);
  });

  test('zooms into what the pointer drags over', async () => {
    const opened = await openSample(leakReport);
    await opened.locator('[data-chart=memory] summary').click();
    const whole = await spanOf(opened);
    const box = (await opened.locator('[data-chart=memory] .canvas').boundingBox())!;
    await opened.mouse.move(box.x + box.width * 0.4, box.y + 80);
    await opened.mouse.down();
    await opened.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 4 });
    await opened.mouse.up();
    await expect.poll(() => spanOf(opened)).not.toEqual(whole);
    expect((await spanOf(opened))[0]).toMatch(/:01:\d\d$/);
  });

  test('reads values at the crosshair into the legend', async () => {
    const opened = await openSample(leakReport);
    await opened.locator('[data-chart=memory] .canvas').press('ArrowRight');
    const legend = await opened.locator('[data-chart=memory] .legend').textContent();
    expect(legend).toMatch(/Heap used\d+(\.\d)? MB/);
    expect(await opened.locator('[data-chart=gc] .legend').textContent()).toMatch(/Major\d+(\.\d)? ms/);
  });

  test('draws the trend of the floor for the process that the report is about', async () => {
    const opened = await openSample(leakReport);
    const trend = opened.getByRole('button', { name: 'Trend of the floor' });
    await opened.locator('[data-chart=memory] summary').click();
    expect(await trend.isVisible()).toBe(true);
    const column = opened.locator('[data-chart=memory] thead th', { hasText: 'Trend' });
    await expect.poll(() => column.count()).toBe(1);
    await opened.getByRole('button', { name: '4250' }).click();
    await expect.poll(() => trend.count()).toBe(0);
  });

  test('tells where the floor is going, and which routes are busiest', async () => {
    const opened = await openSample(leakReport);
    expect(await opened.textContent('.outlook')).toMatch(
      /^The floor of the heap rises, \+18 MB a minute, .* the pace in the verdict is of the leaks alone\.$/,
    );
    expect(await opened.textContent('.routes tbody tr')).toMatch(/^GET \/orders\/:id41,200/);
    await opened.getByRole('button', { name: '4250' }).click();
    await expect.poll(() => opened.locator('.outlook').isVisible()).toBe(false);
    expect(await opened.locator('.routes').count()).toBe(0);
  });

  test('hides and shows a line', async () => {
    const opened = await openSample(leakReport);
    const before = await inkOf(opened, 'memory');
    await opened.getByRole('button', { name: 'Heap used' }).click();
    expect(await inkOf(opened, 'memory')).toBeLessThan(before);
  });

  test('has events that can be chosen', async () => {
    const opened = await openSample(leakReport);
    const reachable = opened.locator('.markers [tabindex="0"]');
    expect(await reachable.count()).toBe(1);
    const before = await reachable.getAttribute('aria-label');
    await reachable.press('ArrowRight');
    expect(await reachable.getAttribute('aria-label')).not.toBe(before);
    expect(await opened.textContent('.markers .key')).toContain('snapshot');
    await opened.locator('.markers [data-kind=snapshot]').first().click();
    expect(await opened.textContent('.told')).toMatch(/Snapshot 1 \(baseline\) · Look into the snapshot$/);
  });

  test('shows the process that is chosen', async () => {
    const opened = await openSample(leakReport);
    expect(await opened.textContent('#timeline-title')).toBe('Timeline of 4242');
    await opened.getByRole('button', { name: '4242 · thread 1' }).click();
    expect(await opened.textContent('#timeline-title')).toBe('Timeline of 4242, thread 1');
  });
});

test('a run that goes on appears and grows by itself, and turns into its verdict', async () => {
  const folder = makeRunFolder();
  const opened = await openRun(folder, { live: true });
  expect(await opened.textContent('h1')).toBe('Waiting for the application');
  const file = writeRecording(folder, [headerOf({ pid: 7, threadId: 0 }, Date.now()), sampleAt(1000)]);
  await opened.waitForSelector('text="1 s, 1 samples"');
  appendFileSync(file, [2, 3].map((second) => JSON.stringify(sampleAt(second * 1000)) + '\n').join(''));
  await opened.waitForSelector('text="3 s, 3 samples"');
  expect(await opened.textContent('h1')).toBe('Watching');
  writeFileSync(join(folder, 'report.json'), JSON.stringify(leakReport));
  await opened.waitForSelector('.card');
});

describe('a snapshot', () => {
  test('is asked for by a button, while the process runs', async () => {
    const folder = makeRunFolder();
    writeRecording(folder, [headerOf({ pid: 7, threadId: 0 }, Date.now() - 1000), sampleAt(1000)]);
    const opened = await openRun(folder, { live: true });
    await opened.getByRole('button', { name: 'Take a snapshot' }).click();
    await expect.poll(() => existsSync(join(folder, '7-0.request.json'))).toBe(true);
    expect(await opened.textContent('.action [role=status]')).toBe('Asked; it is taken at the next sample');
  });

  test('is not offered of a process that has ended', async () => {
    const opened = await openSample(leakReport);
    expect(await opened.getByRole('button', { name: 'Take a snapshot' }).isVisible()).toBe(false);
  });
});

describe('the page of a leak', () => {
  const address = '#/leak/collection%3ASessionStore.sessions%3AMap';

  test('has an address of its own, the same for every run', async () => {
    const opened = await openLeak();
    expect(new URL(opened.url()).hash).toBe(address);
    await opened.reload();
    await opened.waitForSelector('.leak .code pre');
    expect(await opened.title()).toBe(
      'Map sessions in src/session-store.js:12 grows without bound · leakwatch',
    );
    await opened.goBack();
    await opened.waitForSelector('.card');
  });

  test('shows the code, and marks the line', async () => {
    const opened = await openLeak();
    expect(await opened.locator('.code .meant').allTextContents()).toEqual([
      '12    this.sessions = new Map();\n',
      '31    this.sessions.set(id, session);\n',
    ]);
  });

  test('tells the growth step by step', async () => {
    const opened = await openLeak();
    const rows = await opened.locator('.growth-table tbody tr').allTextContents();
    expect(rows.map((row) => row.slice('1 · 12:01:00'.length))).toEqual([
      '1,2505.1 MB',
      '6,08024.8 MB+19.7 MB',
      '10,91044.6 MB+19.8 MB',
    ]);
  });

  test('tells what is known of it, who allocates it, and links to the web alone', async () => {
    const opened = await openLeak();
    const figures = await opened.textContent('.column .figures');
    expect(figures).toContain('Per request4.08 kB');
    expect(figures).toContain('Alone fills the heap in25 min');
    expect(figures).toContain('Comes back if let go44.1 MB');
    await goTo(opened, leakReport.findings[1]);
    const known = opened.locator('.note', { hasText: 'Known leak of bus <2.0.0, fixed in 2.0.0' });
    expect(await known.locator('a').getAttribute('href')).toBe('https://bus.example/issues/1');
    expect(await opened.textContent('.allocations')).toBe('subscribesrc/routes/orders.js:2794 % of it');
    await goTo(opened, leakReport.findings[2]);
    expect(await opened.locator('.note', { hasText: 'Known leak' }).locator('a').count()).toBe(0);
  });

  test('is copied as text', async () => {
    const opened = await openLeak({ permissions: ['clipboard-read', 'clipboard-write'] });
    await opened.getByRole('button', { name: 'Copy as text' }).click();
    await opened.waitForSelector('text=Copied');
    const text = await opened.evaluate<string>('navigator.clipboard.readText()');
    expect(text).toContain('  at src/session-store.js:12:5\n');
    expect(text).toContain('?       .sessions → Map (grew by 9,660 entries)\n');
    expect(text).toContain('Fingerprint: collection:SessionStore.sessions:Map');
  });

  test('of a fingerprint that no finding has says so', async () => {
    const opened = await openSample(leakReport);
    await opened.evaluate('location.hash = "#/leak/gone%E0%A4%A"');
    await expect.poll(() => opened.textContent('.leak h1')).toBe('This run has no such finding');
  });

  test('opens for a hostile finding too', async () => {
    const opened = await openSample(leakReport);
    await opened.locator('.card h2 a').nth(2).click();
    expect(await opened.locator('.leak h1').textContent()).toContain('<img src=x');
    expect(await opened.textContent('.leak .absent')).toMatch(/^The code is not at hand/);
  });

  test.each([360, 1280])('at %i px nothing overflows and axe finds nothing serious', async (width) => {
    const opened = await openLeak({
      viewport: { width, height: 900 },
      colorScheme: width === 360 ? 'dark' : 'light',
    });
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await seriousFaults(opened)).toEqual([]);
  });
});

describe('a saved report', () => {
  test('is the whole page in one file, from disk and without network', async () => {
    const opened = await openSaved();
    expect(await opened.textContent('h1')).toBe(leakReport.headline);
    expect(await inkOf(opened, 'memory')).toBeGreaterThan(5000);
    expect(
      await opened.evaluate(
        'performance.getEntriesByType("resource").filter((e) => !e.name.startsWith("data:"))',
      ),
    ).toEqual([]);
    await opened.locator('.card h2 a').first().click();
    expect(await opened.locator('.code .meant').first().textContent()).toContain('new Map()');
    expect(await opened.evaluate('globalThis.hacked')).toBeUndefined();
  });

  test.each(['owners', 'captures'])('says where to find what it has not: %s', async (screen) => {
    const opened = await openSaved();
    await opened.evaluate(`location.hash = '#/${screen}'`);
    const told = opened.locator('main .problem:visible');
    expect(await told.textContent()).toContain('not in a saved report: leakwatch open shows them');
  });

  test('runs no script but its own', async () => {
    const opened = await openSaved();
    await opened.evaluate(`{
      const script = document.createElement('script');
      try { script.textContent = 'globalThis.hacked = 1'; } catch {}
      document.body.append(script);
    }`);
    expect(await opened.evaluate('globalThis.hacked')).toBeUndefined();
    complaints = complaints.filter(
      (complaint) => !/Trusted ?(Type|Script)|Content Security Policy/i.test(complaint),
    );
  });
});

test('a run that changes faster than its series come is drawn all the same', async () => {
  const folder = makeRunFolder();
  const file = writeRecording(folder, [headerOf({ pid: 7, threadId: 0 }, Date.now() - 1000), sampleAt(1000)]);
  let second = 1;
  const writer = setInterval(
    () => appendFileSync(file, JSON.stringify(sampleAt(++second * 1000)) + '\n'),
    100,
  );
  try {
    const opened = await openRun(folder, { live: true });
    await opened.route('**/api/timeline*', async (route) => {
      await sleep(1500);
      await route.continue();
    });
    await opened.reload();
    await opened.waitForSelector('[data-chart=memory] .legend button');
    expect(await inkOf(opened, 'memory')).toBeGreaterThan(100);
  } finally {
    clearInterval(writer);
    await page?.unrouteAll({ behavior: 'ignoreErrors' });
  }
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each([360, 1280, 2560])('at %i px nothing overflows and axe finds nothing serious', async (width) => {
    const opened = await openSample(leakReport, { colorScheme, viewport: { width, height: 900 } });
    for (const summary of await opened.locator('details > summary').all()) await summary.click();
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await seriousFaults(opened)).toEqual([]);
  });
});

test('asks nobody but its own server', async () => {
  const folder = makeRunFolder();
  writeSampleRun(folder, leakReport);
  const opened = await openRun(folder);
  const addresses = await opened.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  );
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) expect(address).toMatch(/^(http:\/\/127\.0\.0\.1:\d+\/|data:)/);
});
