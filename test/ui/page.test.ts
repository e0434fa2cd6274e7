import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../analyzer/report.ts';
import { startDashboard } from '../../ui/server.ts';
import type { Dashboard } from '../../ui/server.ts';
import { launchBrowser } from '../helpers/browser.ts';
import { buildPage } from './built-page.ts';
import { HOSTILE_TEXT, cleanReport, leakReport, unknownReport } from './sample-report.ts';
import { headerOf, makeRunFolder, sampleAt, writeRecording, writeSampleRun } from './sample-run.ts';

const AXE = readFileSync(join(__dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

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
  if (complaints.length > 0) throw new Error(`The browser complained: ${complaints.join('; ')}`);
});

async function openRun(
  folder: string,
  options: BrowserContextOptions & { live?: boolean } = {},
): Promise<Page> {
  const { live = false, ...contextOptions } = options;
  complaints = [];
  dashboard = await startDashboard({ runFolder: folder, live, pageFolder });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(dashboard.url);
  await page.waitForSelector('body[data-ready]');
  return page;
}

async function openSample(report: Report | null, options: BrowserContextOptions = {}): Promise<Page> {
  const folder = makeRunFolder();
  writeSampleRun(folder, report);
  const opened = await openRun(folder, options);
  await opened.waitForSelector('[data-chart=memory] .legend button');
  return opened;
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

interface AxeResult {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

async function seriousFaults(opened: Page): Promise<string[]> {
  await opened.evaluate(`${AXE}; undefined`);
  const result = await opened.evaluate<AxeResult>('axe.run()');
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}

describe('the verdict', () => {
  test('of a leak is a sentence, its figures and a card per finding', async () => {
    const opened = await openSample(leakReport);
    expect(await opened.textContent('h1')).toBe(leakReport.headline);
    expect(await opened.textContent('.verdict .figures')).toContain('Until the heap limit20 min');
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
    const charts = ['memory', 'loop-delay', 'gc', 'load', 'spaces', 'resources'];
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

  test('hides and shows a line', async () => {
    const opened = await openSample(leakReport);
    const before = await inkOf(opened, 'memory');
    await opened.getByRole('button', { name: 'Heap used' }).click();
    expect(await inkOf(opened, 'memory')).toBeLessThan(before);
  });

  test('has events that can be chosen', async () => {
    const opened = await openSample(leakReport);
    await opened.locator('.markers [data-kind=snapshot]').first().click();
    expect(await opened.textContent('.told')).toMatch(/Snapshot 1 \(baseline\)$/);
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
