/** Sees that somebody has analyzed the run folder. */
import { join } from 'node:path';

import type { EventHub, VerdictGiven } from './events.ts';
import { parseJson, readFileSync, statSync } from './primordials.ts';

const REPORT_FILE = 'report.json';

const VERDICTS: readonly unknown[] = [
  'leak',
  'clean',
  'unknown',
] satisfies readonly VerdictGiven['verdict'][];

/** Looks for a new report whenever it is called, as long as anybody listens for verdicts. */
export function createVerdictWatch(runFolder: string, hub: EventHub): () => void {
  const file = join(runFolder, REPORT_FILE);
  let seenAtMs = modifiedAtMs(file);
  return () => {
    if (!hub.isHeard('verdict')) return;
    const atMs = modifiedAtMs(file);
    if (atMs === seenAtMs) return;
    const verdict = readVerdict(file);
    if (verdict === null) return; // still being written
    seenAtMs = atMs;
    hub.emit('verdict', verdict);
  };
}

/** Epoch milliseconds; 0 when there is no such file. */
function modifiedAtMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Null when the file holds no whole report. */
function readVerdict(file: string): VerdictGiven | null {
  try {
    const { verdict, headline } = parseJson(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (!VERDICTS.includes(verdict)) return null;
    return { file, verdict: verdict as VerdictGiven['verdict'], headline: String(headline) };
  } catch {
    return null;
  }
}
