import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts } from './detectors/facts.ts';
import { holderName } from './detectors/holder-name.ts';
import type { Culprit, Finding, Growth } from './report.ts';
import { filePath, isNodeScript } from './source/packages.ts';

/** Below all of these a growth is what any process gathers while it runs, and nobody's memory climbs by it. */
const MIN_NEW_BYTES = 16 * 1024;
const MIN_SHARE = 0.02; // of the heap's growth
const MIN_NEW_OBJECTS = 200;

/** Or what the application's own code keeps for good, evenly, is worth it however little it is: a slow leak. */
const MIN_EVEN_WINDOWS = 3;
const MIN_EVEN_OBJECTS = 24;
const MIN_EVEN_SURVIVAL = 0.98;

/** Whether a growth is worth a person's time. */
export function isSignificant({ growth, culprit }: Finding): boolean {
  return (
    isSlowLeak(growth, culprit) ||
    gained(growth.bytes) >= MIN_NEW_BYTES ||
    gained(growth.objects) >= MIN_NEW_OBJECTS ||
    (growth.shareOfHeapGrowth ?? 0) >= MIN_SHARE
  );
}

function isSlowLeak({ objects, survival }: Growth, { location, package: owner }: Culprit): boolean {
  return (
    location !== null &&
    owner === null &&
    !isNodeScript(location.file) &&
    objects.length > MIN_EVEN_WINDOWS &&
    gained(objects) >= MIN_EVEN_OBJECTS &&
    (survival ?? 0) >= MIN_EVEN_SURVIVAL
  );
}

const gained = (series: readonly number[]) =>
  series.length === 1 ? series[0] : series[series.length - 1] - series[0];

/** Whether the holder belongs to leakwatch's own agent, whose records of the process grow as long as it watches. */
export function isAgentsOwn(facts: Facts): boolean {
  for (const { node } of facts.chain.toReversed()) {
    const position = facts.scripts.positionOf(node);
    if (position !== null) return isAgentScript(position.script);
  }
  return false;
}

const WEAK_CLASSES: ReadonlySet<string> = new Set(['WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry']);

/** Whether growing storage is a weak table, which lets its entries go, or one of Node's own. */
export function isEnginesOwn(facts: Facts): boolean {
  if (WEAK_CLASSES.has(facts.view.className(facts.holder))) return true;
  const position = holderName(facts).position;
  return position === null || isNodeScript(position.script);
}

const AGENT_FOLDER = /[\\/]dist[\\/]agent[\\/]/;

function isAgentScript(script: string): boolean {
  const file = filePath(script);
  if (file === null || !AGENT_FOLDER.test(file)) return false;
  const root = file.slice(0, file.search(AGENT_FOLDER));
  return /[\\/]leakwatch$/.test(root) || packageName(root) === 'leakwatch';
}

function packageName(folder: string): string | null {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return null;
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    const isNamed = typeof parsed === 'object' && parsed !== null && 'name' in parsed;
    return isNamed && typeof parsed.name === 'string' ? parsed.name : null;
  } catch {
    return null;
  }
}
