import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startDashboard } from '../../ui/server.ts';
import type { Dashboard, DashboardOptions } from '../../ui/server.ts';
import { PATIENCE_MS, launchBrowser } from '../helpers/browser.ts';
import { buildPage } from './built-page.ts';

/** A page in a real browser for each test of a file; a test fails when the browser complains about anything. */
export interface PageHarness {
  readonly pageFolder: () => string;
  /** Starts a dashboard for all the tests of the file. */
  readonly share: (options: Partial<DashboardOptions>) => Promise<Dashboard>;
  /** Starts a dashboard for this test alone. */
  readonly serve: (options: Partial<DashboardOptions>) => Promise<Dashboard>;
  /** Opens the dashboard's page at a screen. */
  readonly open: (dashboard: Dashboard, hash: string, options?: BrowserContextOptions) => Promise<Page>;
  /** A fresh page without anything loaded. */
  readonly blankPage: (options?: BrowserContextOptions) => Promise<Page>;
  readonly complaints: string[];
}

/** What the server says on purpose: a question without an answer, or an action that is refused. */
const EXPECTED_COMPLAINT = /status of (409|422)/;

/** Registers what sets up and tears down; to be called once, at the top of a test file. */
export function pageHarness(): PageHarness {
  let browser: Browser;
  let pageFolder: string;
  let opened: Page[] = [];
  let serving: Dashboard[] = [];
  const shared: Dashboard[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    [browser, pageFolder] = await Promise.all([launchBrowser(), buildPage()]);
  });
  afterAll(() => Promise.all([browser.close(), ...shared.map((dashboard) => dashboard.close())]));
  afterEach(async () => {
    await Promise.all(opened.map((page) => page.context().close()));
    await Promise.all(serving.map((dashboard) => dashboard.close()));
    opened = [];
    serving = [];
    const heard = complaints.splice(0);
    if (heard.length > 0) throw new Error(`The browser complained: ${heard.join('; ')}`);
  });

  const start = (options: Partial<DashboardOptions>) =>
    startDashboard({
      live: false,
      pageFolder,
      heapProcess: join(pageFolder, 'heap-process.js'),
      analysisProcess: join(pageFolder, 'analysis-process.js'),
      token: 'let-me',
      ...options,
    });

  const blankPage: PageHarness['blankPage'] = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED_COMPLAINT.test(message.text()))
        complaints.push(message.text());
    });
    opened.push(page);
    return page;
  };

  return {
    pageFolder: () => pageFolder,
    complaints,
    blankPage,
    async share(options) {
      const dashboard = await start(options);
      shared.push(dashboard);
      return dashboard;
    },
    async serve(options) {
      const dashboard = await start(options);
      serving.push(dashboard);
      return dashboard;
    },
    async open(dashboard, hash, options) {
      const page = await blankPage(options);
      await page.goto(dashboard.url);
      await page.waitForSelector('body[data-ready]');
      await goTo(page, hash);
      return page;
    },
  };
}

/** Goes to the screen and waits for its content. */
export async function goTo(page: Page, hash: string): Promise<void> {
  const before = await page.$('.content > *');
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  if (before && new URL(page.url()).hash !== hash) await before.waitForElementState('hidden');
  if (hash !== '#/') await page.waitForSelector('.content > :not(.progress)');
}
