import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { LeakwatchError } from '../../analyzer/error.ts';
import { configFile, isModule, loadConfig } from './load-config.ts';
import type { LoadedConfig } from './load-config.ts';
import { answerOf } from './own-process.ts';

const LONGEST_LOAD_MS = 60_000; // it may load a large application, and compile it

/** What a process that loads a config is told. */
export interface ConfigOrder {
  readonly configFile: string;
}

/**
 * The config that was named, or else the one in the current folder. One that is a module is loaded in a process of its own,
 * since it brings the application along, which may print, keep a connection open or end the process: functions are names.
 * @throws LeakwatchError CONFIG with one sentence: none there, a syntax error, an unknown word, one that does not come to its end
 */
export async function readConfig(given: string | undefined): Promise<LoadedConfig> {
  const file = configFile(given);
  if (!isModule(file)) return loadConfig(file);
  const folder = mkdtempSync(join(tmpdir(), 'leakwatch-'));
  try {
    const { result, fault } = await answerOf<LoadedConfig>({
      script: 'config-process.js',
      order: { configFile: file } satisfies ConfigOrder,
      folder,
      cwd: process.cwd(),
      timeoutMs: LONGEST_LOAD_MS,
      subject: basename(file),
    });
    if (fault !== undefined) throw new LeakwatchError('CONFIG', fault);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
