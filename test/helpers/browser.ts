import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** How long to wait for a page: only a machine without CPU to give comes near it. */
export const PATIENCE_MS = 120_000;

/** A headless Chrome or Chromium that asks nobody for anything. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    timeout: PATIENCE_MS,
    executablePath: foundBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** On Debian, root gets a browser installed when there is none. */
export function installBrowser(): void {
  if (findBrowser() !== undefined || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}

function apt(...words: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function foundBrowser(): string {
  const browser = findBrowser();
  if (browser === undefined)
    throw new Error('The browser tests need Chrome or Chromium: install it, or name it in CHROME_PATH.');
  return browser;
}

function findBrowser(): string | undefined {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && !existsSync(named))
    throw new Error(`CHROME_PATH names ${named}, which does not exist.`);
  return named ?? USUAL_PLACES.find((place) => existsSync(place));
}
