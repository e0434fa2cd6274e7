import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RecordingLine, Stall } from '../../agent/recording.ts';
import type { Stalls } from '../../ui/api.ts';
import { seriousFaults } from './accessibility.ts';
import { goTo, pageHarness } from './page-harness.ts';
import { HOSTILE_TEXT, LONE_SURROGATE, RIGHT_TO_LEFT, leakReport } from './sample-report.ts';
import {
  STARTED_AT,
  headerOf,
  makeRunFolder,
  sampleAt,
  writeRecording,
  writeSampleRun,
} from './sample-run.ts';

const { serve, open } = pageHarness();

async function openSample(hash: string, options = {}) {
  const runFolder = makeRunFolder();
  writeSampleRun(runFolder, leakReport);
  return open(await serve({ runFolder }), hash, options);
}

function runWith(...stalls: readonly object[]): string {
  const folder = makeRunFolder();
  const header = { ...headerOf({ pid: 1, threadId: 0 }), cwd: join(folder, '../app') };
  writeRecording(folder, [header, sampleAt(1000), ...(stalls as readonly RecordingLine[])]);
  return folder;
}

async function stallsAt(url: string): Promise<Stalls> {
  return (await (await fetch(new URL('/api/stalls', url))).json()) as Stalls;
}

const block = (fields: Partial<Stall>): Stall => ({
  type: 'stall',
  atMs: 500,
  durationMs: 200,
  category: 'cpu',
  culprit: null,
  ...fields,
});

test('are told in a sentence, by who is to blame, and one by one', async () => {
  const page = await openSample('#/stalls');
  expect(await page.textContent('.lead')).toBe(
    'The event loop stood still 45 times, 8.03 s in all; 94 % of it in renderInvoice (src/session-store.js:16).',
  );
  expect(await page.locator('.culprits tbody tr').first().textContent()).toContain('synchronous I/O43740 ms');
  expect(await page.locator('.stall-rows tbody tr').count()).toBe(6);
  await page.waitForSelector('.code .meant');
  expect(await page.textContent('.code .meant')).toContain('open(request) {');
});

test('of the past lead from the timeline to their stack', async () => {
  const page = await openSample('#/');
  await page.locator('.markers [data-kind=stall]').first().click();
  expect(await page.textContent('.told')).toContain('Blocked 320 ms in handleOrder (orders.js:27)');
  await page.getByRole('link', { name: 'Look at the stall' }).click();
  await page.waitForSelector('.one-stall');
  expect(await page.textContent('.one-stall h2')).toMatch(/^320 ms at .*: computation$/);
  expect(await page.locator('.stack li').allTextContents()).toEqual([
    'handleOrdersrc/routes/orders.js:27',
    'parserOnIncomingnode:_http_server:1140',
  ]);
});

test('are a flame graph that zooms by pointer and keyboard', async () => {
  const page = await openSample('#/stalls');
  const frame = (name: string) => page.locator('.frame', { hasText: name });
  const widthOf = async (name: string) => (await frame(name).boundingBox())!.width;
  const before = await widthOf('renderInvoice');
  await frame('renderInvoice').click();
  expect(await widthOf('renderInvoice')).toBeGreaterThan(before);
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('loadTemplate');
  expect(await page.textContent('.flame-foot .told')).toContain('node_modules/views/lib/index.js:88');
  await page.keyboard.press('Escape');
  expect(await widthOf('renderInvoice')).toBe(before);
  await page.getByText('Time in stalls as a table').click();
  expect(await page.locator('.as-list tbody tr').first().textContent()).toContain('readFileSync');
});

const callFrame = (functionName: string) => ({ functionName, url: 'file:///srv/app.js', lineNumber: 6 });

/** Calls one after the other, each some milliseconds, as V8 writes them. */
function cpuProfile(calls: readonly (readonly [name: string, ms: number])[]): object {
  const names = [...new Set(calls.map(([name]) => name))];
  return {
    nodes: [
      { id: 1, callFrame: callFrame('(root)'), children: names.map((_, i) => i + 2) },
      ...names.map((name, i) => ({ id: i + 2, callFrame: callFrame(name) })),
    ],
    startTime: 0,
    samples: calls.map(([name]) => names.indexOf(name) + 2),
    timeDeltas: [0, ...calls.map(([, ms]) => ms * 1000)],
  };
}

test('are calls one after the other where a CPU profile ran meanwhile, and say so where none did', async () => {
  const profile = { type: 'profile', kind: 'cpu', requestId: 'one' };
  const seen = block({ atMs: 3000, durationMs: 200, stack: [] });
  const runFolder = runWith(
    { ...profile, atMs: 2000, status: 'started' },
    seen,
    { ...profile, atMs: 4100, status: 'written', durationMs: 2000, file: '1-0-1.cpuprofile' },
    block({ atMs: 5000 }),
  );
  const calls = [
    ['before', 900],
    ['parse', 150],
    ['render', 200],
    ['after', 750],
  ] as const;
  writeFileSync(join(runFolder, '1-0-1.cpuprofile'), JSON.stringify(cpuProfile(calls)));
  const page = await open(await serve({ runFolder }), '#/stalls');
  const called = (at: number) => goTo(page, `#/stalls?process=1-0&at=${STARTED_AT + at}`);
  await called(3000);
  const frames = page.locator('.flame').first().locator('.frame');
  const labels = await frames.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!));
  expect(labels.map((label) => label.split(',').slice(0, 2).join()).slice(1)).toEqual([
    'parse /srv/app.js:7, 70 ms',
    'render /srv/app.js:7, 170 ms',
  ]);
  await called(5000);
  expect(await page.locator('.flame').count()).toBe(0);
  expect(await page.textContent('.content')).toContain('its heaviest stack is recorded');
});

test('that never were are a sentence', async () => {
  const page = await open(await serve({ runFolder: runWith() }), '#/stalls');
  expect(await page.textContent('.content')).toMatch(/^No block of the event loop/);
});

test('that come while the page is open appear, and grow while they last', async () => {
  const folder = makeRunFolder();
  const header = headerOf({ pid: 1, threadId: 0 }, Date.now() - 5000);
  const file = writeRecording(folder, [header, sampleAt(1000)]);
  const page = await open(await serve({ runFolder: folder, live: true }), '#/stalls');
  appendFileSync(file, `${JSON.stringify(block({ durationMs: 1000, isOngoing: true }))}\n`);
  await expect.poll(() => page.textContent('.content')).toContain('1 s so far');
  appendFileSync(file, `${JSON.stringify(block({ durationMs: 1400 }))}\n`);
  await expect.poll(() => page.textContent('.stall-rows')).toContain('1.4 s');
  expect(await page.locator('.stall-rows tbody tr').count()).toBe(1);
});

test('of compiled code are told in the words of its source', async () => {
  const folder = runWith(block({ culprit: { functionName: 'work', file: 'APP/dist/a.js', line: 2 } }));
  const app = join(folder, '../app');
  mkdirSync(join(app, 'dist'), { recursive: true });
  const file = join(app, 'dist/a.js');
  writeFileSync(file, '"use strict";\nfunction work() {}\n//# sourceMappingURL=a.js.map\n');
  // line 2 is line 5 of the source
  writeFileSync(`${file}.map`, '{"version":3,"sources":["../src/a.ts"],"names":[],"mappings":";AAIA"}');
  const [header, stall] = [headerOf({ pid: 1, threadId: 0 }), block({})];
  writeRecording(folder, [
    { ...header, cwd: app },
    { ...stall, culprit: { functionName: 'work', file, line: 2 } },
  ]);
  const { culprits } = await stallsAt((await serve({ runFolder: folder })).url);
  expect(culprits[0].culprit).toEqual({ functionName: 'work', file: 'src/a.ts', line: 5 });
});

test('of a recording that lies are text, and nothing outside the application is read', async () => {
  const hostile = { functionName: HOSTILE_TEXT, file: `/${RIGHT_TO_LEFT}${LONE_SURROGATE}.js`, line: 3 };
  const folder = runWith(
    block({ culprit: { functionName: 'x'.repeat(1_000_000), file: '/etc/passwd', line: 1 } }),
    block({ atMs: 700, culprit: hostile, stack: [hostile] }),
    { ...block({ atMs: 800 }), category: HOSTILE_TEXT, culprit: 'nobody', stack: [{ line: 'x' }, null] },
    { ...block({ atMs: 900 }), count: 'many', stack: 7 },
  );
  const page = await open(await serve({ runFolder: folder }), '#/stalls');
  expect(await page.textContent('.culprits')).toContain(HOSTILE_TEXT);
  expect(await page.textContent('.culprits')).toContain('\\u{202e}cod.exe');
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
  expect(await page.locator('.code').allTextContents()).not.toContain('root:');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
});

test.each([
  [360, 'dark'],
  [2560, 'light'],
] as const)('at %i px in %s nothing overflows and axe finds nothing serious', async (width, colorScheme) => {
  const page = await openSample('#/stalls', { viewport: { width, height: 900 }, colorScheme });
  for (const summary of await page.locator('.screen details > summary').all()) await summary.click();
  await page.locator('.stall-rows a').nth(3).click();
  await page.waitForSelector('.one-stall .stack');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(await seriousFaults(page)).toEqual([]);
  await goTo(page, '#/stalls');
});
