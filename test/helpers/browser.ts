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

const DEBIAN_CHROMIUM = '/usr/bin/chromium';

/** A headless Chrome or Chromium that asks nobody for anything; on Debian, root gets one installed when there is none. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser() ?? installBrowser(),
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

function findBrowser(): string | undefined {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && !existsSync(named))
    throw new Error(`CHROME_PATH names ${named}, which does not exist.`);
  return named ?? USUAL_PLACES.find((place) => existsSync(place));
}

function installBrowser(): string {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error('The browser tests need Chrome or Chromium: install it, or name it in CHROME_PATH.');
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    env,
    stdio: 'ignore',
  });
  return DEBIAN_CHROMIUM;
}
