import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Capture } from '../../ui/api.ts';
import { seriousFaults } from './accessibility.ts';
import { goTo, pageHarness } from './page-harness.ts';
import { takeSampleSnapshots } from './sample-heap.ts';
import { leakReport } from './sample-report.ts';
import { makeRunFolder, writeSampleRun } from './sample-run.ts';
import { scratchFolder } from './scratch-folder.ts';

const AGENT = resolve(__dirname, '../../dist/agent/index.js');

/** An application that computes a little all the time, in a function whose name can be found again. */
const APPLICATION = `
  function computeTotals() { let sum = 0; for (let i = 0; i < 4e6; i++) sum += Math.sqrt(i); return sum; }
  setInterval(computeTotals, 20);
`;

const { serve, open, pageFolder } = pageHarness();
let snapshots: string;
let application: ChildProcess | null = null;

beforeAll(() => {
  snapshots = takeSampleSnapshots();
});

afterEach(() => {
  application?.kill('SIGKILL');
  application = null;
});

/** A run that is over, with three snapshots, and a verdict when there is one. */
function finishedRun(report = leakReport as typeof leakReport | null): string {
  const folder = makeRunFolder();
  writeSampleRun(folder, report);
  for (const file of readdirSync(snapshots)) copyFileSync(join(snapshots, file), join(folder, file));
  return folder;
}

async function startApplication(): Promise<string> {
  const folder = makeRunFolder();
  const env = { ...process.env, LEAKWATCH_DIR: folder, LEAKWATCH_INTERVAL_MS: '50' };
  application = spawn(process.execPath, ['--require', AGENT, '-e', APPLICATION], { env, stdio: 'ignore' });
  await expect.poll(() => readdirSync(folder).length).toBeGreaterThan(0);
  return folder;
}

/** An analysis process that has no end the first time it is started. @returns its program */
function endlessAtFirst(): string {
  const program = join(scratchFolder(), 'analysis.js');
  const real = JSON.stringify(join(pageFolder(), 'analysis-process.js'));
  writeFileSync(
    program,
    `const { existsSync, writeFileSync } = require('node:fs');
    const mark = ${JSON.stringify(begunMark(program))};
    if (existsSync(mark)) require(${real});
    else {
      writeFileSync(mark, '');
      process.on('disconnect', () => process.exit());
    }`,
  );
  return program;
}

function begunMark(program: string): string {
  return `${program}.begun`;
}

const headers = { 'x-leakwatch-token': 'let-me' };

function remove(url: string, file: string, given: Record<string, string> = headers): Promise<Response> {
  const address = new URL(`/api/captures?file=${encodeURIComponent(file)}`, url);
  return fetch(address, { method: 'DELETE', headers: given });
}

test('a CPU profile is started, ended, and shown as a flame chart', async () => {
  const runFolder = await startApplication();
  const page = await open(await serve({ runFolder, live: true }), '#/captures');
  await page.getByRole('button', { name: 'Start a CPU profile' }).click();
  await page.waitForSelector('.going');
  expect(await page.getByRole('button', { name: 'Start a heap profile' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'End and show the CPU profile' }).click();
  await page.getByRole('link', { name: 'CPU profile' }).click();
  await page.waitForSelector('.flame');
  await expect.poll(() => page.locator('.frame[aria-label^=computeTotals]').count()).toBeGreaterThan(1);
  const [file] = readdirSync(runFolder).filter((name) => name.endsWith('.cpuprofile'));
  expect(statSync(join(runFolder, file)).mode & 0o777).toBe(0o600);
  expect(await seriousFaults(page)).toEqual([]);
});

test('a heap profile and a snapshot are taken of a running application', async () => {
  const runFolder = await startApplication();
  const page = await open(await serve({ runFolder, live: true }), '#/captures');
  await page.getByRole('button', { name: 'Start a heap profile' }).click();
  await page.waitForSelector('.going');
  await page.getByRole('button', { name: 'Take a heap snapshot' }).click();
  await page.getByRole('link', { name: 'Heap snapshot' }).waitFor();
  await page.getByRole('button', { name: 'End and show the heap profile' }).click();
  await page.getByRole('link', { name: 'Heap profile' }).click();
  await page.waitForSelector('.flame');
  expect(await page.textContent('.content .lead')).toMatch(/heapprofile · .* of what is alive was sampled$/);
});

test('of a run that is over nothing more is recorded, and the page says so', async () => {
  const page = await open(await serve({ runFolder: finishedRun() }), '#/captures');
  expect(await page.textContent('.content .lead')).toMatch(/^This run is over\./);
  expect(await page.locator('.files tbody tr').count()).toBe(3);
});

test('two snapshots are chosen and compared', async () => {
  const page = await open(await serve({ runFolder: finishedRun() }), '#/captures');
  const compare = page.getByRole('button', { name: 'Compare the two chosen' });
  await page.getByRole('checkbox').nth(0).check();
  expect(await compare.isDisabled()).toBe(true);
  await page.getByRole('checkbox').nth(1).check();
  await compare.click();
  await page.waitForSelector('.heap .paged tbody tr');
  expect(await page.getByLabel('To snapshot').inputValue()).toBe('4242-0-2.heapsnapshot');
});

test('a file is downloaded by an address that works once', async () => {
  const runFolder = finishedRun();
  const dashboard = await serve({ runFolder });
  const page = await open(dashboard, '#/captures');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download 4242-0-1.heapsnapshot' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('4242-0-1.heapsnapshot');
  const original = readFileSync(join(runFolder, '4242-0-1.heapsnapshot'));
  expect(readFileSync(await saved.path()).equals(original)).toBe(true);
  expect((await fetch(saved.url())).status).toBe(404);
});

describe('a download', () => {
  test('is not given without the token, nor of a file that is not listed', async () => {
    const runFolder = finishedRun();
    const dashboard = await serve({ runFolder });
    const ticket = (file: string, given: Record<string, string>) =>
      fetch(new URL(`/api/tickets?file=${encodeURIComponent(file)}`, dashboard.url), {
        method: 'POST',
        headers: given,
      });
    expect((await ticket('4242-0-1.heapsnapshot', {})).status).toBe(403);
    for (const file of ['run.json', '../run.json', '4242-0.recording.jsonl', '__proto__'])
      expect((await ticket(file, headers)).status).toBe(404);
    expect((await fetch(new URL('/api/download/0123456789abcdef', dashboard.url))).status).toBe(404);
  });
});

describe('deleting', () => {
  test('asks back, and then deletes', async () => {
    const runFolder = finishedRun();
    const page = await open(await serve({ runFolder }), '#/captures');
    await page.getByRole('button', { name: 'Delete 4242-0-2.heapsnapshot' }).click();
    expect(existsSync(join(runFolder, '4242-0-2.heapsnapshot'))).toBe(true);
    await page.getByRole('button', { name: 'Really delete? 4242-0-2.heapsnapshot' }).click();
    await expect.poll(() => page.locator('.files tbody tr').count()).toBe(2);
    expect(existsSync(join(runFolder, '4242-0-2.heapsnapshot'))).toBe(false);
  });

  test('leaves alone what is no capture of the run', async () => {
    const runFolder = finishedRun();
    const elsewhere = join(snapshots, '4242-0-1.heapsnapshot');
    const own = await serve({ runFolder });
    const bare = await serve({ snapshots: [elsewhere], live: true });
    for (const file of ['run.json', '../run.json', '4242-0.recording.jsonl'])
      expect((await remove(own.url, file)).status).toBe(409);
    expect((await remove(own.url, '4242-0-1.heapsnapshot', {})).status).toBe(403);
    expect((await remove(bare.url, elsewhere)).status).toBe(409);
    expect(existsSync(elsewhere) && existsSync(join(runFolder, '4242-0.recording.jsonl'))).toBe(true);
  });
});

describe('the analysis', () => {
  test('is begun from the page, gives the verdict, and is kept for the owner alone', async () => {
    const runFolder = finishedRun(null);
    const page = await open(await serve({ runFolder }), '#/');
    expect(await page.textContent('h1')).toBe('Recorded, not analyzed');
    await page.getByRole('button', { name: 'Analyze the snapshots' }).click();
    await expect.poll(() => page.getAttribute('.verdict', 'data-verdict')).toBe('leak');
    expect(await page.textContent('.card h2')).toContain('sessions');
    await expect.poll(() => existsSync(join(runFolder, 'report.json'))).toBe(true);
    expect(statSync(join(runFolder, 'report.json')).mode & 0o777).toBe(0o600);
  });

  test('is stopped while it goes on, and begun again', async () => {
    const runFolder = finishedRun(null);
    const program = endlessAtFirst();
    const page = await open(await serve({ runFolder, analysisProcess: program }), '#/captures');
    const analyze = page.getByRole('button', { name: 'Analyze the snapshots' });
    await analyze.click();
    await expect.poll(() => existsSync(begunMark(program))).toBe(true);
    await page.getByRole('button', { name: 'Stop' }).click();
    await analyze.waitFor();
    expect(await page.textContent('.analysis [role=status]')).toBe('');
    await analyze.click();
    await goTo(page, '#/');
    await expect.poll(() => page.getAttribute('.verdict', 'data-verdict')).toBe('leak');
  });

  test('of files that are none says why', async () => {
    const file = join(makeRunFolder(), 'letter.heapsnapshot');
    writeFileSync(file, 'Dear reader');
    const page = await open(await serve({ snapshots: [file], live: true, analyze: true }), '#/');
    await expect.poll(() => page.textContent('.analysis [role=status]')).toMatch(/heap snapshot/i);
  });

  test('of snapshot files begins by itself', async () => {
    const files = readdirSync(snapshots).map((file) => join(snapshots, file));
    const page = await open(await serve({ snapshots: files, live: true, analyze: true }), '#/');
    await expect.poll(() => page.getAttribute('.verdict', 'data-verdict')).toBe('leak');
    await goTo(page, '#/captures');
    expect(await page.textContent('.content .lead')).toMatch(/^Only snapshots are open here/);
    expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0);
  });
});

test('the list has the files of the run and nothing else of it', async () => {
  const dashboard = await serve({ runFolder: finishedRun() });
  const answer = await fetch(new URL('/api/captures', dashboard.url), { headers });
  const captures = (await answer.json()) as Capture[];
  expect(captures.map(({ file, kind, process }) => [file, kind, process]).toSorted()).toEqual(
    [1, 2, 3].map((sequence) => [`4242-0-${sequence}.heapsnapshot`, 'snapshot', '4242-0']),
  );
});

test.each([
  [360, 'light'],
  [2560, 'dark'],
] as const)('at %i px in %s nothing overflows and axe finds nothing serious', async (width, colorScheme) => {
  const options = { viewport: { width, height: 900 }, colorScheme };
  const page = await open(await serve({ runFolder: finishedRun() }), '#/captures', options);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(await seriousFaults(page)).toEqual([]);
});
