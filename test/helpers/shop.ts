import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, FindingKind, Report } from '../../analyzer/report.ts';
import { ROOT, leakwatch } from './leakwatch.ts';
import type { CommandResult } from './leakwatch.ts';

const SHOP = join(ROOT, 'fixtures', 'apps', 'shop');

const RUN = ['run', '--no-dashboard', '--duration', '10s', '--warmup', '4s', '--settle', '2s'];

/** What is to be said about a leak of the shop. */
export interface ShopLeak {
  readonly leak: string;
  readonly kind: FindingKind;
  /** What the holder is called in the code. */
  readonly holder: RegExp;
  /** The place in the code: the line of this file that reads so. */
  readonly file: string;
  readonly line: string;
}

export const SHOP_LEAKS: readonly ShopLeak[] = [
  {
    leak: 'listener',
    kind: 'listener',
    holder: /price/,
    file: 'src/routes/prices.js',
    line: 'const onPrice = (price) => {',
  },
  {
    leak: 'closure',
    kind: 'closure',
    holder: /shutdownHooks/,
    file: 'src/routes/reports.js',
    line: 'const cancelHook = onShutdown(() => {',
  },
  {
    leak: 'cache',
    kind: 'cache',
    holder: /entries|products/,
    file: 'src/lru-cache.js',
    line: 'this.entries = new Map();',
  },
  {
    leak: 'interval',
    kind: 'timer',
    holder: /interval|timer/i,
    file: 'src/payments.js',
    line: 'const timer = setInterval(() => {',
  },
  {
    leak: 'global',
    kind: 'global',
    holder: /auditTrail/,
    file: 'src/audit.js',
    line: 'global.auditTrail = [];',
  },
];

export interface ShopRun extends CommandResult {
  readonly report: Report;
}

/** Runs the shop with one leak, or `none`, under real load for a few seconds, and returns the verdict. */
export async function runShop(leak: string, runFolder: string, node = process.execPath): Promise<ShopRun> {
  const load = `${JSON.stringify(process.execPath)} ${JSON.stringify(join(SHOP, 'load.js'))}`;
  const reportFile = join(runFolder, 'verdict.json');
  const result = await leakwatch(
    [...RUN, '--out', runFolder, `--json=${reportFile}`, '--load', load, '--', node, join(SHOP, 'server.js')],
    { env: { LEAK: leak } },
  );
  return { ...result, report: JSON.parse(readFileSync(reportFile, 'utf8')) as Report };
}

/** `src/audit.js:9` of every place that the finding names. */
export function placesOf({ culprit }: Finding): string[] {
  const locations = [culprit.location].concat(culprit.sites.map((site) => site.location));
  return locations
    .filter((location) => location !== null)
    .map(({ file, line }) => `${shopFile(file)}:${line}`);
}

/** The same of the place that is to be named. */
export function expectedPlace({ file, line }: ShopLeak): string {
  const lines = readFileSync(join(SHOP, file), 'utf8').split('\n');
  return `${file}:${lines.findIndex((text) => text.trim() === line) + 1}`;
}

function shopFile(file: string): string {
  return file.slice(Math.max(0, file.lastIndexOf('src/')));
}
