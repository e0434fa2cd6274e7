// How fast the dashboard is for a run of one week at one sample a second with four processes, measured in the browser.
// usage: npm run bench:ui [-- snapshot.heapsnapshot], which also measures the object explorer on that snapshot
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const { startDashboard } = require('../dist/ui/server.js');
const { readPageFiles } = require('../dist/ui/page-files.js');
const { encodeEntry, encodeHeader } = require('../dist/agent/recording-codec.js');

const PROCESSES = 4;
const SAMPLES = 604_800;
const STARTED_AT = Date.UTC(2026, 10, 1);
const HEAP_SPACES = ['new_space', 'old_space', 'code_space', 'large_object_space'];
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const folder = mkdtempSync(join(tmpdir(), 'leakwatch-bench-'));
const runFolder = join(folder, 'week');
mkdirSync(runFolder);
for (let pid = 1; pid <= PROCESSES; pid++) writeWeek(pid);
if (process.argv[2]) copyFileSync(process.argv[2], join(runFolder, '1-0-1.heapsnapshot'));

const executablePath = process.env.CHROME_PATH ?? BROWSERS.find((path) => existsSync(path));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const startedAt = performance.now();
const dashboard = await startDashboard({ runFolder, live: false });
try {
  print('server ready', performance.now() - startedAt, 'ms');
  await measureOpening('while it is read');
  await allRead();
  print('all 2,419,200 samples read', performance.now() - startedAt, 'ms');
  await measureOpening('once it is read');
  await measureMovement();
  if (process.argv[2]) await measureExplorer();
  printWeight();
} finally {
  await browser.close();
  await dashboard.close();
  rmSync(folder, { recursive: true });
}

async function measureOpening(when) {
  const page = await openPage();
  await page.waitForSelector('[data-chart=memory] .legend button');
  const times = await page.evaluate(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return { paint: paint.startTime, chart: performance.now() };
  });
  print(`first paint, ${when}`, times.paint, 'ms');
  print(`charts drawn, ${when}`, times.chart, 'ms');
  await page.close();
}

async function allRead() {
  const page = await openPage();
  await page.waitForSelector('[data-status=finished]', { timeout: 300_000 });
  await page.close();
}

/** Zooms in, then drags the view along by the wheel for two seconds. */
async function measureMovement() {
  const page = await openPage();
  await page.waitForSelector('[data-chart=memory] .legend button');
  for (const [name, wheel] of [
    ['zoom', { deltaY: -40, ctrlKey: true }],
    ['pan', { deltaX: 30 }],
  ]) {
    const frames = await page.evaluate(async (init) => {
      const area = document.querySelector('[data-chart=memory] .canvas');
      const { left, top, width } = area.getBoundingClientRect();
      const end = performance.now() + 2000;
      let count = 0;
      while (performance.now() < end) {
        const place = { clientX: left + width / 2, clientY: top + 50, bubbles: true, cancelable: true };
        area.dispatchEvent(new WheelEvent('wheel', { ...init, ...place }));
        await new Promise(requestAnimationFrame);
        count++;
      }
      return count / 2;
    }, wheel);
    print(`${name}, all charts`, frames, 'frames/s');
  }
  await page.close();
}

async function measureExplorer() {
  const page = await openPage();
  const open = async (hash) => {
    const from = performance.now();
    await page.evaluate((address) => (location.hash = address), hash);
    await page.waitForSelector('.heap .content > :not(.progress)', { timeout: 600_000 });
    return performance.now() - from;
  };
  print('snapshot opened', await open('#/objects'), 'ms');
  for (const hash of ['#/owners', '#/object?node=1000', '#/objects?search=Map']) {
    await page.evaluate(() => document.querySelector('.heap').remove());
    print(`first rows of ${hash}`, await open(hash), 'ms');
  }
  await page.close();
}

async function openPage() {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(dashboard.url);
  return page;
}

function printWeight() {
  const bytes = Object.values(readPageFiles()).reduce((sum, text) => sum + gzipSync(text).length, 0);
  print('page, compressed', bytes / 1000, 'kB');
}

function writeWeek(pid) {
  const file = join(runFolder, `${pid}-0.recording.jsonl`);
  writeFileSync(file, encodeHeader(headerOf(pid)));
  let text = '';
  for (let second = 1; second <= SAMPLES; second++) {
    for (const entry of entriesOf(second, pid)) text += encodeEntry(entry, HEAP_SPACES);
    if (second % 10_000 !== 0 && second !== SAMPLES) continue;
    appendFileSync(file, text);
    text = '';
  }
}

function headerOf(pid) {
  const who = { pid, ppid: 1, threadId: 0, role: 'cluster-worker', script: '/srv/app.js', cwd: '/srv' };
  const where = { agentVersion: '0', nodeVersion: 'v20', v8Version: '11', platform: 'linux', arch: 'x64' };
  const how = { startedAt: STARTED_AT, sampleIntervalMs: 1000, heapLimitBytes: 2e9, memoryLimitBytes: null };
  return { type: 'header', version: 1, ...who, ...where, ...how, heapSpaces: HEAP_SPACES };
}

function* entriesOf(second, pid) {
  const atMs = second * 1000;
  const floor = 4e7 + second * 20 * pid;
  const garbage = (second % 60) * 4e5;
  const heapUsedBytes = floor + garbage;
  if (second % 6 === 0)
    yield { type: 'gc', atMs: atMs - 500, kind: 'minor', pauseMs: 0.5 + (second % 7) / 5 };
  if (second % 60 === 0)
    yield {
      type: 'gc',
      atMs: atMs - 100,
      kind: 'major',
      pauseMs: 7 + (second % 11),
      heapUsedAfterBytes: floor,
    };
  yield {
    type: 'sample',
    atMs,
    rssBytes: heapUsedBytes + 6e7,
    heapTotalBytes: floor + 3e7,
    heapUsedBytes,
    externalBytes: 3e6,
    arrayBuffersBytes: 1e6,
    heapSpaceBytes: { new_space: garbage, old_space: floor, code_space: 2e6, large_object_space: 1e6 },
    loopDelayP50Ms: 1 + (second % 3) / 10,
    loopDelayP99Ms: 4 + (second % 13),
    loopDelayMaxMs: 9 + (second % 101),
    loopUtilization: 0.3 + (second % 17) / 50,
    cpuUserMs: 300 + (second % 29),
    cpuSystemMs: 60,
    activeResources: { Timeout: 3 + (second % 5), TCPSocketWrap: 20 },
  };
}

function print(name, value, unit) {
  console.log(`${name.padEnd(44)} ${value.toFixed(value < 100 ? 1 : 0).padStart(8)} ${unit}`);
}
