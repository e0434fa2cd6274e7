import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LeakwatchError } from '../error.ts';
import type { Report } from '../report.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Judges snapshots in a process of its own, so that neither the heap under test nor the modules of a test runner see
 * anything of the analyzer.
 * @param root the folder that paths are shown relative to
 * @throws LeakwatchError that names the file it cannot use and says why
 */
export async function judge(files: readonly string[], root: string): Promise<Report> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(__dirname, 'judge-process.js'), root, ...files],
    { env, maxBuffer: MOST_BYTES },
  );
  const { report, fault } = JSON.parse(stdout) as Answer;
  if (report) return report;
  throw new LeakwatchError(fault!.code, fault!.message);
}

interface Answer {
  readonly report?: Report;
  readonly fault?: { readonly code: string; readonly message: string };
}
